"""watchword trust: the trust policy of a role for the tokens of an issuer, and how to make provider and role.

The policy is on standard output, so that a file can be made of it; what to do with it is on standard error.
"""

import shlex
from collections.abc import Callable
from inspect import Parameter, signature
from pathlib import Path
from typing import Annotated, Any

import typer

from watchword.cli.commands import commands
from watchword.cli.ending import fail
from watchword.cli.options import DEFAULT_DATA_DIRECTORY, Data, Database, RootKeyFile, opened
from watchword.cli.output import say, say_json
from watchword.identity import trust_recipes
from watchword.identity.trust_recipes import ANY, GITLAB, Recipe
from watchword.installation.administrator import first_account
from watchword.installation.bootstrap import open_installation
from watchword.names.ids import is_account_id

Account = Annotated[str, typer.Option("--account", help="Of the role. Default: the first one of the server.")]
Issuer = Annotated[str, typer.Option("--issuer", help="URL of the issuer, as the claim iss has it.")]
Branch = Annotated[str, typer.Option("--branch", help="A branch; may have wildcards.")]
Tag = Annotated[str, typer.Option("--tag", help="A tag; may have wildcards.")]
_OF_ACCOUNT: dict[str, tuple[Any, Any]] = {
    "data": (Data, DEFAULT_DATA_DIRECTORY),
    "database": (Database, ""),
    "root_key_file": (RootKeyFile, ""),
}
"""The options by which the server's first account is found."""
Subject = Annotated[str, typer.Option("--subject", help="The claim sub.")]
Audience = Annotated[str, typer.Option("--audience", help="The claim aud.")]


def github(
    repo: Annotated[str, typer.Option("--repo", help="OWNER/NAME.")],
    branch: Branch = "",
    tag: Tag = "",
    environment: Annotated[str, typer.Option("--environment", help="An environment of the repository.")] = "",
) -> Recipe:
    """GitHub Actions: jobs of one repository."""
    _one_of(branch=branch, tag=tag, environment=environment)
    if len([part for part in repo.split("/") if part and not set(part) & set("*?:")]) != len("on"):
        raise fail(f"--repo is OWNER/NAME, not {repo!r}")
    return trust_recipes.github(repo, branch=branch, tag=tag, environment=environment)


def gitlab(
    project: Annotated[str, typer.Option("--project", help="GROUP/PROJECT.")],
    url: Annotated[str, typer.Option("--url", help="Of your own GitLab.")] = GITLAB,
    branch: Branch = "",
    tag: Tag = "",
) -> Recipe:
    """GitLab CI/CD: jobs of one project."""
    _one_of(branch=branch, tag=tag)
    if "/" not in project or set(project) & set("*?:"):
        raise fail(f"--project is GROUP/PROJECT, not {project!r}")
    return trust_recipes.gitlab(project, url=url, branch=branch, tag=tag)


def kubernetes(
    issuer: Issuer,
    namespace: Annotated[str, typer.Option("--namespace", help="Of the service account.")],
    service_account: Annotated[str, typer.Option("--service-account", help="Its name.")],
) -> Recipe:
    """Kubernetes: pods of one service account."""
    return trust_recipes.kubernetes(issuer, namespace, service_account)


def keycloak(
    issuer: Issuer,
    client: Annotated[str, typer.Option("--client", help="Client id.")],
    subject: Subject,
) -> Recipe:
    """Keycloak: one user, or the service account of a client."""
    return trust_recipes.keycloak(issuer, client, subject)


def spire(
    issuer: Issuer,
    spiffe_id: Annotated[str, typer.Option("--id", help="spiffe://DOMAIN/PATH.")],
) -> Recipe:
    """SPIRE: the workloads of one SPIFFE id."""
    if not spiffe_id.startswith("spiffe://"):
        raise fail(f"--id begins with spiffe://, not {spiffe_id!r}")
    return trust_recipes.spire(issuer, spiffe_id)


def terraform_cloud(
    organization: Annotated[str, typer.Option("--organization", help="The organization.")],
    project: Annotated[str, typer.Option("--project", help="A project; may have wildcards.")] = ANY,
    workspace: Annotated[str, typer.Option("--workspace", help="A workspace; may have wildcards.")] = ANY,
    phase: Annotated[str, typer.Option("--phase", help="plan or apply.")] = ANY,
) -> Recipe:
    """HCP Terraform: runs of an organization's workspaces."""
    return trust_recipes.terraform_cloud(organization, project, workspace, phase)


def entra(
    tenant: Annotated[str, typer.Option("--tenant", help="Id of the tenant.")],
    client: Annotated[str, typer.Option("--client", help="The claim azp: client id of the identity.")],
    audience: Audience,
    subject: Subject,
) -> Recipe:
    """Microsoft Entra ID: one managed identity or application."""
    return trust_recipes.entra(tenant, client, audience, subject)


def okta(issuer: Issuer, audience: Audience, subject: Subject) -> Recipe:
    """Okta: one service or user of an authorization server."""
    return trust_recipes.okta(issuer, audience, subject)


def _one_of(**given: str) -> None:
    named = [f"--{name}" for name, value in given.items() if value]
    if len(named) > 1:
        raise fail(f"{' and '.join(named)} exclude each other")


def _printed(recipe: Callable[..., Recipe]) -> Callable[..., None]:
    """The command that prints a recipe: it has the recipe's options, and those that say whose role it is."""

    def command(account: Account = "", **given: Any) -> None:  # noqa: ANN401 what typer has read
        where = [given.pop(name) for name in _OF_ACCOUNT]
        _print(recipe(**given), account or _first_account(*where))

    more = [*signature(command).parameters.values()][:1]
    more += [
        Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=kind)
        for name, (kind, default) in _OF_ACCOUNT.items()
    ]
    shown = signature(recipe).replace(
        parameters=[*signature(recipe).parameters.values(), *more], return_annotation=None
    )
    command.__signature__ = shown  # type: ignore[attr-defined]  # what typer reads
    command.__annotations__ = {name: each.annotation for name, each in shown.parameters.items()}
    command.__doc__ = recipe.__doc__
    return command


def _print(recipe: Recipe, account: str) -> None:
    if not is_account_id(account):
        raise fail(f"an account id is twelve digits, not {account!r}")
    if not recipe.issuer.startswith(("https://", "http://")):
        raise fail(f"the URL of an issuer begins with https://, not {recipe.issuer!r}")
    say_json(recipe.trust_policy(account), indent=2)
    url, client_id = map(shlex.quote, (recipe.issuer, recipe.client_id))
    for line in (
        "# The provider, once for an account; then the role, with the policy above in trust.json:",
        f"aws iam create-open-id-connect-provider --url {url} --client-id-list {client_id}",
        "aws iam create-role --role-name NAME --assume-role-policy-document file://trust.json",
    ):
        say(line, error=True)


def _first_account(data: Path, database: str, root_key_file: str) -> str:
    """The account that every installation has."""
    if not database and not data.expanduser().exists():
        raise fail(f"no store in {data}: --account says whose role it is")
    with opened(open_installation, data, database, root_key_file) as installation:
        return first_account(installation)


_RECIPES = (github, gitlab, kubernetes, keycloak, spire, terraform_cloud, entra, okta)
group = commands(
    "Print the trust policy of a role for an issuer's tokens.",
    **{each.__name__.replace("_", "-"): _printed(each) for each in _RECIPES},
)
