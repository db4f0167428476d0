#!/usr/bin/env python3
"""Asks the independent evaluator of packages what it says of native inventories.

  sdp.py ORACLE.py CATALOG INVENTORY...    one line per cell: client, package, verdict, reason

ORACLE.py is sdp_oracle.py; this script only turns native inventories into the facts that it takes.
"""
import importlib.util
import sys
import xml.etree.ElementTree as ET

ARCHITECTURES = {"x86": 0, "arm": 5, "ia64": 6, "x64": 9, "arm64": 12}
PRODUCT_TYPES = {"workstation": 1, "domain-controller": 2, "server": 3}
REGISTRY_TYPES = {"sz": "REG_SZ", "expand": "REG_EXPAND_SZ", "dword": "REG_DWORD", "qword": "REG_QWORD",
                  "multi": "REG_MULTI_SZ", "binary": "REG_BINARY", "resource": "REG_FULL_RESOURCE_DESCRIPTOR"}
STATES = {"applied": 1, "superseded": 2, "obsoleted": 4, "registered": 8}


def system(element, out):
    os = out["os"]
    for part, name in zip(element.get("version", "").split("."), ("major", "minor")):
        if part:
            os[name] = int(part)
    for attribute, name in (("build", "build"), ("sp", "sp_major"), ("sp-minor", "sp_minor"), ("suite", "suite_mask")):
        if element.get(attribute) is not None:
            os[name] = int(element.get(attribute))
    if element.get("product-type") is not None:
        os["product_type"] = PRODUCT_TYPES[element.get("product-type")]
    if element.get("arch") is not None:
        os["arch"] = ARCHITECTURES[element.get("arch")]
        os["bits"] = 32 if element.get("arch") == "x86" else 64
    if element.get("language") is not None:
        os["language"] = element.get("language")


def trait(element, out):
    group, name, value = element.get("group"), element.get("name"), element.get("value")
    os = out["os"]
    if group == "folder":
        os.setdefault("folders", {})[name] = value
    elif group == "metric":
        os.setdefault("metrics", {})[name] = int(value)
    elif group == "license":
        os.setdefault("license", {})[name] = int(value)
    elif group == "mui" and value == "installed":
        os["mui"] = True
        os.setdefault("mui_languages", []).append(name)
    elif group == "cluster" and name == "member":
        os["clustered"] = value == "true"
    elif group == "processor":
        os[{"level": "proc_level", "revision": "proc_revision", "count": "processors"}[name]] = int(value)


def registry(element, out):
    view = "wow32" if element.get("view") == "32" else "native"
    key = {"view": view, "key": element.get("key"), "values": {}}
    known = [k for k in out["registry"] if k["view"] == view and k["key"].lower() == key["key"].lower()]
    if not known:
        out["registry"].append(key)
        known = [key]
    if element.tag == "reg":
        value = {"type": REGISTRY_TYPES[element.get("type")]}
        if element.get("data") is not None:
            value["data"] = element.get("data")
        known[0]["values"][element.get("name")] = value


def file(element, out):
    fact = {"path": element.get("path")}
    if element.get("version") is not None:
        fact["version"] = None if element.get("version") == "none" else element.get("version")
    for attribute in ("created", "modified"):
        if element.get(attribute) is not None:
            fact[attribute] = element.get(attribute)
    for attribute in ("size", "language"):
        if element.get(attribute) is not None:
            fact[attribute] = int(element.get(attribute))
    out["file"].append(fact)


def product(element, out):
    fact = {"product": element.get("product")}
    if element.get("version") is not None:
        fact["version"] = element.get("version")
    if element.get("language") is not None:
        fact["language"] = int(element.get("language"))
    if element.get("features") is not None:
        fact["features"] = {name: True for name in element.get("features").split()}
    out["msi"].append(fact)


def part(element, out):
    for fact in out["msi"]:
        if fact["product"].lower() == element.get("product").lower():
            fact.setdefault("components", {})[element.get("component")] = True


def instance(element, out):
    classes = out["wmi"].setdefault(element.get("namespace") or "root\\cimv2", {})
    row = {}
    for p in element:
        value, kind = p.get("v"), p.get("t", "string")
        if value is not None and kind == "number":
            value = float(value) if "." in value else int(value)
        elif value is not None and kind == "boolean":
            value = value.lower() == "true"
        elif value is not None and kind == "other":
            value = []
        row[p.get("n")] = value
    classes.setdefault(element.get("class"), []).append(row)


def absent(element, out):
    if element.get("kind") == "wmi":
        namespace, cls = element.get("ref").rsplit(":", 1)
        out["wmi"].setdefault(namespace, {})[cls] = []


def facts(inventory):
    out = {"complete": inventory.get("complete", "").split(), "os": {}, "registry": [], "file": [], "msi": [],
           "msp": [], "wmi": {}}
    take = {"os": system, "trait": trait, "reg": registry, "key": registry, "file": file, "msi": product,
            "wmi": instance, "absent": absent}
    for element in inventory:
        if element.tag in take:
            take[element.tag](element, out)
    for element in inventory:
        if element.tag == "msi-part":
            part(element, out)
        elif element.tag == "msp":
            state = STATES[element.get("state", "applied")]
            out["msp"].append({"patch": element.get("patch"), "product": element.get("product"), "state": state})
    if "os" in out["complete"]:
        out["os"].setdefault("mui", False)
        out["os"].setdefault("mui_languages", [])
        out["os"].setdefault("clustered", False)
    return out


def inventories(path):
    root = ET.parse(path).getroot()
    for element in root.iter():
        element.tag = element.tag.rsplit("}", 1)[-1]
    return [root] if root.tag == "inventory" else [e for e in root if e.tag == "inventory"]


def main(oracle, catalog, *paths):
    spec = importlib.util.spec_from_file_location("sdp_oracle", oracle)
    module = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode = True
    spec.loader.exec_module(module)
    packages = [(module.child(root, "Properties").get("PackageID").lower(), root) for _, root in module.packages(catalog)]
    for path in paths:
        for inventory in inventories(path):
            known = module.Facts(facts(inventory))
            for package, root in packages:
                verdict, reason = module.evaluate(root, known)
                print(inventory.get("client"), package, verdict, reason, sep="\t")


if __name__ == "__main__":
    main(*sys.argv[1:])
