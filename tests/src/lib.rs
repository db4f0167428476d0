//! Generators and golden data shared by tests, benches and fuzz targets.
