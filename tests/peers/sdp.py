#!/usr/bin/env python3
"""Asks the independent evaluator of packages what it says of native inventories.

  sdp.py ORACLE.py CATALOG INVENTORY...    one line per cell: client, package, verdict, reason

ORACLE.py is sdp_oracle.py; this script turns native inventories into the facts that it takes, and adds what
those have no place for: things proved to be absent, and registry values whose type is not known.
"""
import functools
import importlib.util
import sys
import xml.etree.ElementTree as ET

ARCHITECTURES = {"x86": 0, "arm": 5, "ia64": 6, "x64": 9, "arm64": 12}
PRODUCT_TYPES = {"workstation": 1, "domain-controller": 2, "server": 3}
REGISTRY_TYPES = {"sz": "REG_SZ", "expand": "REG_EXPAND_SZ", "dword": "REG_DWORD", "qword": "REG_QWORD",
                  "multi": "REG_MULTI_SZ", "binary": "REG_BINARY", "resource": "REG_FULL_RESOURCE_DESCRIPTOR",
                  "none": "REG_NONE", "other": "other"}
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


def view_of(element, out):
    """A system of 32 bits has one view of its registry."""
    return "wow32" if element.get("view") == "32" and out["os"].get("bits") != 32 else "native"


def registry(element, out):
    view = view_of(element, out)
    key = {"view": view, "key": element.get("key"), "values": {}}
    known = [k for k in out["registry"] if k["view"] == view and k["key"].lower() == key["key"].lower()]
    if not known:
        out["registry"].append(key)
        known = [key]
    if element.tag == "reg":
        value = {}
        if element.get("type") is not None:
            value["type"] = REGISTRY_TYPES[element.get("type")]
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
        # A language may be a tag, which the rules do not compare.
        if element.get(attribute, "").isdigit():
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


class Row(dict):
    """An instance, with what tells it from others."""

    @functools.cached_property
    def key(self):
        return repr(sorted(self.items()))


def instance(element, out):
    classes = out["wmi"].setdefault(element.get("namespace") or "root\\cimv2", {})
    row = Row()
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
    kind, ref = element.get("kind"), element.get("ref")
    if kind == "wmi":
        namespace, cls = ref.rsplit(":", 1)
        out["wmi"].setdefault(namespace, {})[cls] = []
    elif kind == "os" and ref == "mui":
        out["os"].update(mui=False, mui_languages=[])
    elif kind == "os" and ref == "cluster":
        out["os"]["clustered"] = False
    elif kind == "msp":
        product, patch = ref.split("::")
        # A patch that does not count is one that is not there.
        out["msp"].append({"patch": patch, "product": product, "state": STATES["registered"]})
    else:
        out["absent"].add((kind, view_of(element, out), ref))


def facts(inventory):
    out = {"complete": inventory.get("complete", "").split(), "os": {}, "registry": [], "file": [], "msi": [],
           "msp": [], "wmi": {}, "absent": set()}
    take = {"os": system, "trait": trait, "reg": registry, "key": registry, "file": file, "msi": product,
            "wmi": instance, "absent": absent}
    # Where other things stand depends on the system.
    for element in sorted(inventory, key=lambda element: element.tag != "os"):
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


def extended(module):
    """Adds what its facts have no place for."""

    class Facts(module.Facts):
        def __init__(self, known):
            super().__init__(known)
            self.answers = {}
            lower = lambda kind: {(view, ref.lower()) for k, view, ref in known["absent"] if k == kind}
            self.no_files = {self.path(ref) for _, ref in lower("file")}
            self.no_products = {ref for _, ref in lower("msi")}
            values = (tuple(ref.split("::")) + (view,) for view, ref in lower("registry") if "::" in ref)
            self.no_values = {(view, self.key(key), name) for key, name, view in values}

        def file(self, path):
            return module.ABSENT if self.path(path) in self.no_files else super().file(path)

        def value(self, key, name):
            return module.ABSENT if (*key, (name or "").lower()) in self.no_values else super().value(key, name)

    class Evaluator(module.Evaluator):
        def product(self, code):
            return module.ABSENT if code.lower() in self.f.no_products else super().product(code)

        def r_WmiQuery(self, e, loop):
            # Packages ask the same.
            asked = (e.get("Namespace"), e.attrib["WqlQuery"])
            if asked not in self.f.answers:
                self.f.answers[asked] = super().r_WmiQuery(e, loop)
            return self.f.answers[asked]

        def untyped(self, e, loop):
            value = self.f.value(self.f.regkey(e, loop), e.get("Value"))
            return isinstance(value, dict) and "type" not in value

        def r_RegValueExists(self, e, loop):
            if self.untyped(e, loop):
                return module.T if e.get("Type") is None else (module.U, "part-not-collected")
            return super().r_RegValueExists(e, loop)

        def regdata(self, e, loop, types):
            if self.untyped(e, loop):
                return module.Node("", module.U, "part-not-collected")
            return super().regdata(e, loop, types)

    class Wql(module.Wql):
        """Says of the same instance the same; remembers that, within bounds."""

        def __init__(self, text):
            super().__init__(text)
            self.said = {}

        def run(self, rows):
            if len(self.said) > 400:
                self.said.clear()
            for row in rows:
                if row.key not in self.said:
                    self.said[row.key] = super().run([row])
            return module.or_(self.said[row.key] for row in rows)

    module.Facts, module.Evaluator = Facts, Evaluator
    # A query means the same for every client.
    module.Wql = functools.lru_cache(maxsize=None)(Wql)


def main(oracle, catalog, *paths):
    spec = importlib.util.spec_from_file_location("sdp_oracle", oracle)
    module = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode = True
    spec.loader.exec_module(module)
    extended(module)
    packages = [(module.child(root, "Properties").get("PackageID").lower(), root) for _, root in module.packages(catalog)]
    for path in paths:
        for inventory in inventories(path):
            known = module.Facts(facts(inventory))
            for package, root in packages:
                verdict, reason = module.evaluate(root, known)
                print(inventory.get("client"), package, verdict, reason, sep="\t")


if __name__ == "__main__":
    main(*sys.argv[1:])
