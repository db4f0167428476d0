//! The words that catalogs and clients of generated cases share, in the spellings of both.

use patchstate::model::expr::OsField;
use patchstate::version::dotted::Version;

/// Paths as rules name them: normal forms.
pub const FILES: [&str; 16] = [
    r"%windir%\system32\a.dll",
    r"%windir%\b.dll",
    r"%exchsrvr%\d.exe",
    r"c:\data\f.dll",
    r"%windir%\system32x\a.dll",
    r"%windir%",
    r"%exchsrvr%\bin\c.exe",
    r"%programfiles%\d\d.dll",
    r"%programfiles(x86)%\d\d.dll",
    r"%commonprogramfiles%\e.dll",
    r"%variable\i.exe",
    r"c:\winnt\b.dll",
    r"c:\program files\d\d.dll",
    r"\\server\share\j",
    "/opt/h/h.so",
    "/opt/h",
];

/// Paths as clients write them.
pub const PATHS: [&str; 34] = [
    r"C:\WINDOWS\system32\a.dll",
    r"%SystemRoot%/System32\\a.dll",
    r"%WINDIR%\B.dll",
    r"C:\WINDOWS\b.dll",
    r"%exchsrvr%\d.exe",
    r"C:\Data\F.dll",
    r"C:\WINNT\System32\A.DLL",
    r"%windir%\Sysnative\a.dll",
    r"D:\WINNT\system32\a.dll",
    r"c:/winnt/b.dll",
    r"D:\winnt\\b.dll",
    r"C:\WINNT\system32x\a.dll",
    r"C:\WINDOWS\",
    r"%windir%",
    r"%EXCHSRVR%\bin\c.exe",
    r"E:\Exch\bin\c.exe",
    r"E:\Exch\d.exe",
    r"C:\Program Files\d\d.dll",
    r"%ProgramFiles%\D\d.dll",
    r"C:\Program Files (x86)\d\d.dll",
    r"%programfiles(x86)%\d\d.dll",
    r"C:\Program Files\Common Files\e.dll",
    r"%CommonProgramFiles%/e.dll",
    r"%variable\i.exe",
    " c:/data//f.dll ",
    r"\\SERVER\\share\j",
    "//server/share/j",
    "/opt/h/h.so",
    "/opt/h/H.so",
    "/opt/h",
    r"%exchsrvr%\other.txt",
    r"%other%\x",
    r"%programfiles%\common files\e.dll",
    "",
];

/// Folders as clients write them.
pub const FOLDERS: [&str; 18] = [
    r"C:\WINDOWS",
    r"D:\WINNT\",
    r"C:\WINNT",
    r"E:\Exch",
    r"%EXCHSRVR%\bin",
    r"%windir%\system32",
    r"C:\Program Files",
    r"C:/Program Files/Common Files/",
    r"C:\Program Files (x86)",
    r"%programfiles%",
    r"%SystemRoot%",
    r"C:\",
    r"C:\data",
    "/opt",
    "/opt/h/",
    "/",
    r"\\server",
    "",
];

/// Names of environment variables that stand for folders.
pub const VARIABLES: [&str; 7] =
    ["windir", "ExchSrvr", "%ProgramFiles%", "CommonProgramFiles", "programfiles(x86)", "SystemRoot", ""];

/// Registry keys as rules name them: normal forms.
pub const KEYS: [&str; 7] = [
    r"hklm\software\a",
    r"hklm\software\a\b",
    r"hklm\software\wow6432node\a",
    r"hklm\software",
    r"hklm\system\c",
    r"hklm\software\classes\.d",
    r"hkcu\e",
];

/// Registry keys as clients write them.
pub const KEYS_STATED: [&str; 14] = [
    r"HKLM\Software\A",
    r"HKEY_LOCAL_MACHINE/SOFTWARE\\a\",
    r"Registry::HKLM\SOFTWARE\A\B",
    r"hklm\software\a\b",
    r"HKLM\Software\Wow6432Node\A",
    r"HKLM\Software\Wow6432Node\A\B\C",
    r"Computer\HKEY_LOCAL_MACHINE\System\C",
    r"HKLM\SYSTEM\C\D",
    r"HKCR\.D",
    r"HKEY_CURRENT_USER\E",
    r"HKLM\Software",
    r"HKLM\Software\Ab",
    "HKLM",
    "",
];

/// Names of registry values as rules name them: folded.
pub const VALUES: [&str; 3] = ["", "version", "v"];

/// Names of registry values as clients write them.
pub const VALUES_STATED: [&str; 5] = ["", "Version", "VERSION", "V", "other"];

/// Data of registry values, and other text that is compared.
pub const DATA: [&str; 16] = [
    "1",
    "0x1",
    "2",
    "",
    " A  b ",
    "a b",
    "1.0",
    "1.0.0.0",
    "2,0",
    "1.0.0.1",
    "0xFFFFFFFFFFFFFFFF",
    "18446744073709551616",
    "windows",
    "x86",
    "true",
    "Service Pack 1",
];

/// Text that rules compare with: folded.
pub const TEXTS: [&str; 9] = ["1", "0x2", "", "a b", "1.0", "windows", "x86", "true", "en-us"];

/// Versions of files.
pub const VERSIONS: [Version; 6] = [
    Version([1, 0, 0, 0]),
    Version([0, 0, 0, 0]),
    Version([1, 0, 0, 1]),
    Version([2, 0, 0, 0]),
    Version([u32::MAX, u32::MAX, u32::MAX, u32::MAX]),
    Version([1, u32::MAX, 0, 0]),
];

/// Numbers of hotfixes, and what clients call them.
pub const HOTFIXES: [(u32, &str); 8] = [
    (100_001, "KB100001"),
    (100_001, "Q100001"),
    (100_002, "kb100002v2 - Update"),
    (100_002, "0100002"),
    (12_345, "12345"),
    (12_345, "KB012345_WM9"),
    (9_999_999, "KB9999999"),
    (100_003, "File 1"),
];

/// Product codes as rules name them.
pub const CODES: [&str; 2] =
    ["{0A000000-0000-0000-0000-00000000000B}", "{0C000000-0000-0000-0000-00000000000D}"];

/// Product codes as clients write them.
pub const CODES_STATED: [&str; 5] = [
    "{0A000000-0000-0000-0000-00000000000B}",
    "{0a000000-0000-0000-0000-00000000000b}",
    "0A000000-0000-0000-0000-00000000000b",
    "{0C000000-0000-0000-0000-00000000000D}",
    "{0E000000-0000-0000-0000-00000000000F}",
];

/// Names of products as catalogs write them.
pub const PRODUCTS: [&str; 5] = ["Windows 2000", "IIS 5.0", "Office", "SQL  Server", "Exchange"];

/// Names of products as clients write them.
pub const PRODUCTS_STATED: [&str; 8] = [
    "Windows 2000",
    "IIS 5.0",
    "windows  2000 ",
    "iis 5.0",
    "Office",
    "SQL Server",
    "EXCHANGE",
    "Unheard of",
];

/// Names of service packs as catalogs write them.
pub const LEVELS: [&str; 10] = [
    "Windows 2000 Gold",
    "Windows 2000 Service Pack 1",
    "Windows 2000 Service Pack 2",
    "Windows2000 SP2",
    "IIS Gold",
    "Office SR-1",
    "Office SR 1a",
    "Release Candidate",
    "Beta",
    "SP1",
];

/// Service packs as clients write them.
pub const LEVELS_STATED: [&str; 12] = [
    "gold",
    "Windows 2000 Service Pack 1",
    "sp1",
    "windows  2000 service pack 2",
    "SP2",
    "sp9",
    "sr1",
    "Service Pack 1",
    "Release candidate",
    "Beta",
    "nonsense",
    "",
];

/// Attributes of the operating system that rules ask for.
pub const OS_FIELDS: [OsField; 8] = [
    OsField::Family,
    OsField::Version,
    OsField::Build,
    OsField::Arch,
    OsField::Language,
    OsField::Sp,
    OsField::Windir,
    OsField::RebootPending,
];

/// Names of packages.
pub const PACKAGES: [&str; 6] = ["bash", "kernel", "libx", "kernel-default", "gpg-pubkey", "Bash"];

/// Architectures of packages.
pub const ARCHES: [&str; 5] = ["x86_64", "noarch", "i686", "", "all"];

/// Versions of packages; those with a hyphen are Debian's.
pub const PACKAGE_VERSIONS: [&str; 10] =
    ["1.0", "1.00", "1.1", "2.0~rc1", "2.0", "2.0^git1", "1.0-1", "1.0-2", "1:1.0", "a"];

/// Releases of packages.
pub const RELEASES: [&str; 4] = ["1", "2", "1.fc19", ""];

/// Epochs of packages.
pub const EPOCHS: [u32; 4] = [0, 1, 2, u32::MAX];

/// What clients say of the running kernel.
pub const RUNNING: [&str; 6] = ["1.0-1.x86_64", "2.0-2.x86_64", "1.0-1", "1.0.x86_64", "1.1-1.fc19.i686", ""];

/// Source packages.
pub const SOURCES: [&str; 4] =
    ["kernel-1.0-1.src.rpm", "kernel-1.0-1", "kernel-2.0-2.nosrc.rpm", "bash-1.0-1.src.rpm"];

/// Names of modules.
pub const MODULES: [&str; 3] = ["perl", "nodejs", "ruby"];

/// Streams of modules.
pub const STREAMS: [&str; 3] = ["5.24", "5.30", ""];

/// Contexts of modules.
pub const CONTEXTS: [&str; 3] = ["", "c1", "c2"];

/// Languages of feeds and clients.
pub const LANGUAGES: [&str; 7] = ["en", "de", "", "en-US", "1033", "1031", "999999"];
