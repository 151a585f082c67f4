"""The manifests fit the schemas of Kubernetes, start our commands as these are, and ask for little."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from watchword.cli import COMMANDS
from watchword.delivery.agent.written import File
from watchword.names.members import fit

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "kubernetes"
VERSIONS = ("1.29", "1.32", "1.37")
NOT_MANIFESTS = {"kustomization.yaml"}
ADDRESS = "169.254.170.23:1339"
Json = dict[str, Any]


def documents() -> Iterator[tuple[Path, Json]]:
    for file in sorted(FOLDER.rglob("*.yaml")):
        for each in yaml.safe_load_all(file.read_text()):
            yield file, each


MANIFESTS = [
    pytest.param(each, id=f"{file.parent.name}/{file.stem}")
    for file, each in documents()
    if file.name not in NOT_MANIFESTS
]
KUSTOMIZATIONS = [(file, each) for file, each in documents() if file.name in NOT_MANIFESTS]


def found(kind: str, name: str) -> Json:
    (one,) = (
        p.values[0]
        for p in MANIFESTS
        if p.values[0]["kind"] == kind and p.values[0]["metadata"]["name"] == name
    )
    return dict(one)


def pod(kind: str, name: str) -> Json:
    spec: Json = found(kind, name)["spec"]["template"]["spec"]
    return spec


SERVER, AGENT = pod("StatefulSet", "watchword"), pod("DaemonSet", "watchword-agent")
OURS = [SERVER["containers"][0], AGENT["containers"][0]]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("manifest", MANIFESTS)
def test_it_fits_the_schema(manifest: Json, version: str) -> None:
    kubernetes_validate.validate(manifest, version, strict=True)


def test_the_schema_would_find_a_mistake() -> None:
    wrong = found("Service", "watchword") | {"spec": {"selectors": {}}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSIONS[-1], strict=True)


def test_kustomize_takes_every_file() -> None:
    named = set()
    for file, each in KUSTOMIZATIONS:
        generated = [name for made in each.get("configMapGenerator", ()) for name in made["files"]]
        named |= {file.parent / name for name in (*each["resources"], *generated)}
        named.add(file)
    files = {file for file in FOLDER.rglob("*") if file.is_file()}
    folders = {folder for folder in FOLDER.iterdir() if folder.is_dir()}
    assert named == files | folders


@pytest.mark.parametrize("container", OURS, ids=lambda each: each["args"][0])
def test_each_option_is_one_that_the_command_has(container: Json) -> None:
    name, *options = container["args"]
    with COMMANDS[name].load().make_context(name, list(options)) as context:
        given = {key for key in context.params if context.get_parameter_source(key).name == "COMMANDLINE"}
    assert len(given) == len(options)


@pytest.mark.parametrize(
    ("spec", "container"), [(SERVER, OURS[0]), (AGENT, OURS[1])], ids=["server", "agent"]
)
def test_each_file_that_is_named_is_mounted(spec: Json, container: Json) -> None:
    mounts = {each["mountPath"]: each["name"] for each in container["volumeMounts"]}
    volumes = {each["name"] for each in spec["volumes"]}
    volumes |= {
        each["metadata"]["name"] for each in found("StatefulSet", "watchword")["spec"]["volumeClaimTemplates"]
    }
    paths = [value for option in container["args"] if (value := option.partition("=")[2]).startswith("/")]
    if spec is AGENT:
        file = tomllib.loads((FOLDER / "agent" / "agent.toml").read_text())
        paths += [file["server"]["certificates"], file["host"]["web_identity_token_file"]]
    assert paths
    for path in paths:
        assert any(path.startswith(f"{mount}/") for mount in mounts), path
    assert set(mounts.values()) <= volumes


def test_the_agents_file_is_one() -> None:
    file = fit(tomllib.loads((FOLDER / "agent" / "agent.toml").read_text()), File)
    assert file.pods
    service = found("Service", "watchword")["metadata"]["name"]
    assert file.server.endpoint == f"https://{service}.watchword.svc"
    assert f"--hostname={service}.watchword.svc" in OURS[0]["args"]
    (generated,) = next(
        each["configMapGenerator"] for _, each in KUSTOMIZATIONS if "configMapGenerator" in each
    )
    assert generated["name"] == next(
        each["configMap"]["name"] for each in AGENT["volumes"] if "configMap" in each
    )


def test_the_token_of_the_agent_is_for_the_server_and_ends() -> None:
    (source,) = next(each["projected"]["sources"] for each in AGENT["volumes"] if "projected" in each)
    token = source["serviceAccountToken"]
    assert token["audience"] == "sts.amazonaws.com"
    assert token["expirationSeconds"] <= 3600


def test_what_listens_is_what_is_asked() -> None:
    (port,) = OURS[0]["ports"]
    assert f"--port={port['containerPort']}" in OURS[0]["args"]
    assert {each["targetPort"] for each in found("Service", "watchword")["spec"]["ports"]} == {port["name"]}
    for probe in ("startupProbe", "readinessProbe"):
        assert OURS[0][probe]["httpGet"]["path"] == "/_watchword/health"
    assert f"--container={ADDRESS}" in OURS[1]["args"]
    for probe in ("readinessProbe", "livenessProbe"):
        where = OURS[1][probe]["tcpSocket"]
        assert f"{where['host']}:{where['port']}" == ADDRESS
    assert f"{ADDRESS.partition(':')[0]}/32" in AGENT["initContainers"][0]["command"]
    page = (ROOT / "docs" / "pods.md").read_text()
    assert f"http://{ADDRESS}/v1/credentials" in page
    assert "kubectl apply -k deploy/kubernetes" in page


# --- what they may do ----------------------------------------------------------------------------------


@pytest.mark.parametrize("container", OURS, ids=lambda each: each["args"][0])
def test_ours_run_without_root_and_change_nothing_of_their_image(container: Json) -> None:
    security = container["securityContext"]
    assert security["allowPrivilegeEscalation"] is False
    assert security["readOnlyRootFilesystem"] is True
    assert security["capabilities"] == {"drop": ["ALL"]}
    spec = SERVER if container is OURS[0] else AGENT
    merged = spec["securityContext"] | security
    assert merged["runAsNonRoot"] is True
    assert merged["runAsUser"] > 0
    assert merged["seccompProfile"] == {"type": "RuntimeDefault"}


def test_only_the_one_that_gives_the_address_is_root() -> None:
    (address,) = AGENT["initContainers"]
    assert address["securityContext"]["capabilities"] == {"drop": ["ALL"], "add": ["NET_ADMIN"]}
    assert "privileged" not in address["securityContext"]
    assert "initContainers" not in SERVER
    assert "hostNetwork" not in SERVER


def test_nothing_of_ours_has_a_token_of_the_api_server() -> None:
    for kind, name in (("StatefulSet", "watchword"), ("DaemonSet", "watchword-agent")):
        assert pod(kind, name)["automountServiceAccountToken"] is False
        assert (
            found("ServiceAccount", pod(kind, name)["serviceAccountName"])["automountServiceAccountToken"]
            is False
        )


def test_the_one_binding_reads_public_keys() -> None:
    kinds = [p.values[0]["kind"] for p in MANIFESTS]
    assert not {"Role", "ClusterRole", "RoleBinding"} & set(kinds)
    binding = found("ClusterRoleBinding", "watchword-reads-issuer-keys")
    assert binding["roleRef"]["name"] == "system:service-account-issuer-discovery"
