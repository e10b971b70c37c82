#!/usr/bin/env python3
"""Checks what schemas cannot: that the manifests agree with each other.

Puts the flavours of deploy/kubernetes together as kustomize would, validates
them against the schemas of several Kubernetes versions, and checks that names,
ports, labels and settings fit: to each other, to the server and to
deploy/compose.yaml. --write makes monitoring/prometheusrule.yaml anew from
deploy/prometheus/alerts.yml. Needs PyYAML and kubernetes-validate.
"""

import argparse
import copy
import pathlib
import re
import sys
import tomllib

import kubernetes_validate
import yaml

DEPLOY = pathlib.Path(__file__).resolve().parent
ROOT = DEPLOY.parent
VERSIONS = ("1.29", "1.33", "1.37")
RULES = DEPLOY / "kubernetes/monitoring/prometheusrule.yaml"

faults = []


def expect(holds, fault):
    if not holds:
        faults.append(fault)


def read(path):
    return yaml.safe_load(path.read_text())


# --- What kustomize does, as far as it is used here ---------------------------

def apply_json_patch(document, operations):
    """Applies add and replace of RFC 6902."""
    document = copy.deepcopy(document)
    for operation in operations:
        *parents, last = [part.replace("~1", "/").replace("~0", "~")
                          for part in operation["path"].split("/")[1:]]
        node = document
        for part in parents:
            node = node[int(part)] if isinstance(node, list) else node[part]
        if isinstance(node, list) and last == "-":
            node.append(operation["value"])
            continue
        if operation["op"] == "replace" and last not in node:
            raise KeyError(operation["path"])
        node[last] = operation["value"]
    return document


def render(folder):
    """Objects that `kubectl apply -k folder` would send."""
    kustomization = next(folder.glob("kustomization.y*ml"))
    recipe = read(kustomization)
    known = {"apiVersion", "kind", "namespace", "resources", "patches"}
    expect(set(recipe) <= known, f"{kustomization}: only {known} are understood")
    objects = []
    for name in recipe["resources"]:
        path = folder / name
        objects += render(path.resolve()) if path.is_dir() else [read(path)]
    for patch in recipe.get("patches", ()):
        target = patch["target"]
        hits = [i for i, o in enumerate(objects) if o["kind"] == target["kind"]
                and o["metadata"]["name"] == target["name"]]
        expect(hits, f"{kustomization}: nothing to patch: {target}")
        for i in hits:
            objects[i] = apply_json_patch(objects[i], read(folder / patch["path"]))
    if "namespace" in recipe:
        for item in objects:
            if item["kind"] != "Namespace":
                item["metadata"]["namespace"] = recipe["namespace"]
    return objects


# --- The server ---------------------------------------------------------------

def server_settings():
    source = (ROOT / "server/config_setting.cc").read_text()
    names = set(re.findall(
        r'(?:Text|Flag|Bytes|Time|Number<\w+>)\(\s*"([a-z-]+)",\s*k[A-Z]', source))
    names |= set(re.findall(r'return \{"([a-z-]+)",\s*k[A-Z]', source))
    return names


def check_environment(names, where):
    known = {"ANIMATE_" + s.upper().replace("-", "_") for s in server_settings()}
    known |= {"ANIMATE_CONFIG", "ANIMATE_SERVER"}  # the latter: the client's
    for name in names:
        expect(not name.startswith("ANIMATE_") or name in known,
               f"{where}: the server has no setting {name}")


def seconds(duration):
    number, unit = re.fullmatch(r"(\d+)(s|m)", duration).groups()
    return int(number) * {"s": 1, "m": 60}[unit]


# --- Kubernetes ---------------------------------------------------------------

def by_kind(objects, kind):
    return {o["metadata"]["name"]: o for o in objects if o["kind"] == kind}


def matches(selector, labels):
    return selector.items() <= labels.items()


def check_pod(flavour, objects, deployment):
    spec = deployment["spec"]["template"]["spec"]
    container = spec["containers"][0]
    config = tomllib.loads(
        by_kind(objects, "ConfigMap")["animate"]["data"]["animate.toml"])
    for name in config:
        expect(name in server_settings(),
               f"{flavour}: animate.toml: the server has no setting {name}")
    check_environment([e["name"] for e in container["env"]], flavour)
    drain = seconds(config["drain-pause"]) + seconds(config["drain-timeout"])
    expect(spec["terminationGracePeriodSeconds"] > drain,
           f"{flavour}: the grace period ends before the drain ({drain} s)")

    ports = {p["name"]: p["containerPort"] for p in container["ports"]}
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        action = container[probe].get("httpGet") or container[probe].get("grpc")
        port = action["port"]
        expect(port in ports or port in ports.values(),
               f"{flavour}: {probe} asks port {port}")
    volumes = {v["name"]: v for v in spec["volumes"]}
    for mount in container["volumeMounts"]:
        expect(mount["name"] in volumes, f"{flavour}: no volume {mount['name']}")
    expect(volumes["config"]["configMap"]["name"] in by_kind(objects, "ConfigMap"),
           f"{flavour}: no such ConfigMap")
    expect(volumes["model"]["persistentVolumeClaim"]["claimName"] in
           by_kind(objects, "PersistentVolumeClaim"), f"{flavour}: no such claim")

    # What the namespace's level "restricted" demands, and a read-only root.
    rights = container["securityContext"]
    expect(rights["capabilities"] == {"drop": ["ALL"]} and
           rights["allowPrivilegeEscalation"] is False and
           rights["readOnlyRootFilesystem"] is True and
           spec["securityContext"]["runAsNonRoot"] is True and
           spec["securityContext"]["runAsUser"] == 65532 and
           spec["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault" and
           spec["automountServiceAccountToken"] is False,
           f"{flavour}: the pod may do more than it needs")
    return ports


def check_flavour(flavour, monitor):
    objects = render(DEPLOY / "kubernetes" / flavour)
    for item in objects:
        for version in VERSIONS:
            try:
                kubernetes_validate.validate(item, version, strict=True)
            except kubernetes_validate.ValidationError as error:
                faults.append(f"{flavour}: {item['kind']} "
                              f"{item['metadata']['name']}, Kubernetes {version}: "
                              f"{error.message}")
    deployment = by_kind(objects, "Deployment")["animate"]
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    ports = check_pod(flavour, objects, deployment)
    services = by_kind(objects, "Service")
    selectors = [deployment["spec"]["selector"]["matchLabels"]]
    selectors += [s["spec"]["selector"] for s in services.values()]
    selectors += [o["spec"]["selector"]["matchLabels"]
                  for o in by_kind(objects, "PodDisruptionBudget").values()]
    for policy in by_kind(objects, "NetworkPolicy").values():
        selectors.append(policy["spec"]["podSelector"]["matchLabels"])
        for rule in policy["spec"]["ingress"]:
            expect(all(p["port"] in ports for p in rule["ports"]),
                   f"{flavour}: the network policy names a port that is not there")
    expect(all(matches(s, labels) for s in selectors),
           f"{flavour}: a selector does not match the pods")
    for service in services.values():
        for port in service["spec"]["ports"]:
            expect(ports.get(port["targetPort"]) == port["port"],
                   f"{flavour}: service port {port['name']} leads nowhere")
    scraped = [s for s in services.values()
               if matches(monitor["spec"]["selector"]["matchLabels"],
                          s["metadata"]["labels"])
               and any(p["name"] == monitor["spec"]["endpoints"][0]["port"]
                       for p in s["spec"]["ports"])]
    expect(len(scraped) == 1, f"{flavour}: {len(scraped)} services are scraped")
    return len(objects)


def gpus(flavour):
    deployment = by_kind(render(DEPLOY / "kubernetes" / flavour), "Deployment")
    limits = deployment["animate"]["spec"]["template"]["spec"]["containers"][0][
        "resources"]["limits"]
    return limits.get("nvidia.com/gpu", "0")


# --- Rules, compose -----------------------------------------------------------

def write_rules():
    alerts = (DEPLOY / "prometheus/alerts.yml").read_text()
    groups = alerts[alerts.index("groups:\n"):].splitlines()
    RULES.write_text("\n".join([
        "# deploy/prometheus/alerts.yml for the Prometheus operator. Made by",
        "# `deploy/check_kubernetes.py --write`.",
        "apiVersion: monitoring.coreos.com/v1",
        "kind: PrometheusRule",
        "metadata:",
        "  name: animate",
        "  labels:",
        "    app.kubernetes.io/name: animate",
        "spec:",
        *("  " + line if line else "" for line in groups)]) + "\n")


def check_compose():
    services = read(DEPLOY / "compose.yaml")["services"]
    for name in ("animate-cpu", "animate-gpu"):
        service = services[name]
        environment = service["environment"]
        check_environment(environment, f"compose: {name}")
        drain = (seconds(environment["ANIMATE_DRAIN_PAUSE"]) +
                 seconds(environment["ANIMATE_DRAIN_TIMEOUT"]))
        expect(seconds(service["stop_grace_period"]) > drain,
               f"compose: {name} is killed before it has drained")
        expect(service["read_only"] and service["cap_drop"] == ["ALL"],
               f"compose: {name} may do more than it needs")
        expect(f" AS {service['build']['target']}\n" in
               (ROOT / "docker/Dockerfile").read_text(),
               f"compose: {name}: the Dockerfile has no such target")
        aliases = service["networks"]["default"]["aliases"]
        scrape = read(DEPLOY / "prometheus/prometheus.yml")["scrape_configs"][0]
        host = scrape["static_configs"][0]["targets"][0].split(":")[0]
        expect(host in aliases, f"compose: Prometheus looks for {host}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--write", action="store_true")
    if parser.parse_args().write:
        write_rules()
    expect(read(RULES)["spec"] == read(DEPLOY / "prometheus/alerts.yml"),
           f"{RULES.name} is not alerts.yml: deploy/check_kubernetes.py --write")
    monitor = read(DEPLOY / "kubernetes/monitoring/servicemonitor.yaml")
    count = sum(check_flavour(flavour, monitor)
                for flavour in ("core", "gpu", "secured"))
    expect(gpus("core") == "0" and int(gpus("gpu")) >= 1,
           "core must ask for no GPU, gpu for whole ones")
    check_compose()
    image = (ROOT / "docker/Dockerfile").read_text()
    check_environment(re.findall(r"\b(ANIMATE_\w+)=[^\s\"$]", image.split(
        "AS runtime\n")[1]), "Dockerfile")
    for fault in faults:
        print(fault)
    print(f"check_kubernetes: {count} objects, Kubernetes {', '.join(VERSIONS)}, "
          f"{len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
