"""`connect`: which deployment it finds, what it keeps of it, and what it says when it cannot."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from shared.cli.cloud import Cloud
from shared.cli.connection import connection_file
from tests.cli.conftest import Run, environment_for_a_process
from tests.cli.connecting.arm import FIRST, NEVER, SECOND, THIRD, TOKEN, Arm, SignedIn, SignedOut
from tests.cli.connecting.conftest import OUTPUTS
from tests.cli.terminals import ROOT

NAME = ("connect", "--deployment", "speech2cosmos")


def kept() -> dict[str, str]:
    outputs: dict[str, str] = json.loads(connection_file().read_text())["outputs"]
    return outputs


def test_the_outputs_of_a_deployment_are_kept_under_their_own_names(run: Run, arm: Arm, cloud: Cloud) -> None:
    assert "azurE_RESOURCE_GROUP" in arm.deployments[FIRST, "speech2cosmos"]["outputs"], "as Azure returns it"
    ran = run(*NAME, cloud=cloud)
    assert ran.code == 0
    assert ran.out.splitlines() == [
        "Deployment speech2cosmos",
        f"  subscription  Contoso ({FIRST})",
        "  documents     Cosmos DB account cosmos-abc, database calls",
        "  messages      queue call-jobs of storage account storabc",
        "  speech        Speech resource spch-abc",
        f"  file          {connection_file()}",
    ]
    assert ran.error == "next: speech2cosmos jobs\n"
    assert kept() == {name: value for name, value in OUTPUTS.items() if name != "AZURE_LOCATION"}


def test_azure_is_asked_as_the_user(run: Run, arm: Arm, cloud: Cloud, user: SignedIn) -> None:
    assert run(*NAME, cloud=cloud).code == 0
    assert set(user.scopes) == {f"{arm.origin}/.default"}
    assert TOKEN not in connection_file().read_text()


def test_an_output_that_holds_a_secret_is_not_kept(run: Run, arm: Arm, cloud: Cloud) -> None:
    arm.deploy(
        FIRST, "speech2cosmos", OUTPUTS | {"COSMOS_KEY": "c2VjcmV0", "AzureWebJobsStorage": "AccountKey=c2VjcmV0"}
    )
    ran = run(*NAME, cloud=cloud)
    assert ran.code == 0
    assert "c2VjcmV0" not in connection_file().read_text() + ran.out + ran.error


def test_the_only_subscription_with_the_deployment_is_found_among_all_pages(run: Run, arm: Arm, cloud: Cloud) -> None:
    del arm.deployments[FIRST, "speech2cosmos"]
    arm.deploy(THIRD, "speech2cosmos", OUTPUTS)
    arm.page_size = 1
    assert f"Other ({THIRD})" in run(*NAME, cloud=cloud).out


def test_of_several_subscriptions_one_has_to_be_named(run: Run, arm: Arm, cloud: Cloud) -> None:
    arm.deploy(SECOND, "speech2cosmos", OUTPUTS)
    ran = run(*NAME, cloud=cloud)
    assert (ran.code, ran.out) == (2, "")
    assert f"2 subscriptions have a deployment 'speech2cosmos': Contoso ({FIRST}), Contoso Test ({SECOND})" in ran.error
    assert ran.advice == (f"--subscription {FIRST}, or another of them",)
    assert not connection_file().exists()


@pytest.mark.parametrize("subscription", [SECOND, "contoso test"])
def test_a_subscription_is_named_by_its_id_or_name(run: Run, arm: Arm, cloud: Cloud, subscription: str) -> None:
    arm.deploy(SECOND, "speech2cosmos", OUTPUTS | {"COSMOS_DATABASE": "second"})
    ran = run(*NAME, "--subscription", subscription, cloud=cloud)
    assert ran.code == 0
    assert kept()["COSMOS_DATABASE"] == "second"


@pytest.mark.parametrize("subscription", [SECOND, "Contoso Test"])
def test_only_the_named_subscription_counts(run: Run, cloud: Cloud, subscription: str) -> None:
    ran = run(*NAME, "--subscription", subscription, cloud=cloud)
    assert (ran.code, ran.out) == (1, "")
    assert ran.error == f"error: there is no deployment 'speech2cosmos' in Contoso Test ({SECOND})\n"
    assert "az deployment sub list" in ran.advice[0]


def test_a_deployment_that_nobody_has_is_an_error_with_the_subscriptions(run: Run, cloud: Cloud) -> None:
    ran = run("connect", "--deployment", "Microsoft.Template-20260102", cloud=cloud)
    assert ran.code == 1
    assert f"'Microsoft.Template-20260102' in Contoso ({FIRST}), Contoso Test ({SECOND}), Other ({THIRD})" in ran.error


def test_an_unknown_subscription_is_an_error_with_the_known_ones(run: Run, cloud: Cloud) -> None:
    ran = run(*NAME, "--subscription", "Fabrikam", cloud=cloud)
    assert ran.code == 1
    assert f"you can see no subscription 'Fabrikam'; you can see Contoso ({FIRST})" in ran.error
    ran = run(*NAME, "--subscription", "44444444-0000-4000-8000-000000000004", cloud=cloud)
    assert ran.code == 1
    assert "SubscriptionNotFound" in ran.error


def test_a_user_without_subscriptions_is_told_of_tenants(run: Run, arm: Arm, cloud: Cloud) -> None:
    arm.names.clear()
    ran = run(*NAME, cloud=cloud)
    assert (ran.code, ran.error) == (1, "error: you can see no subscription\n")
    assert "--tenant" in ran.advice[0]


def test_a_subscription_whose_deployments_are_hidden_does_not_hide_others(run: Run, arm: Arm, cloud: Cloud) -> None:
    arm.refused = {SECOND}
    assert run(*NAME, cloud=cloud).code == 0


def test_if_it_may_be_in_a_hidden_one_the_missing_right_is_the_error(run: Run, arm: Arm, cloud: Cloud) -> None:
    del arm.deployments[FIRST, "speech2cosmos"]
    arm.refused = {SECOND}
    ran = run(*NAME, cloud=cloud)
    assert (ran.code, ran.out) == (4, "")
    assert "AuthorizationFailed" in ran.error
    assert "Reader" in ran.advice[0]


def test_who_is_not_signed_in_is_told_how_to(run: Run, arm: Arm) -> None:
    ran = run(*NAME, cloud=Cloud(arm.origin, SignedOut))
    assert (ran.code, ran.out) == (4, "")
    assert ran.advice[0].startswith("`az login`")
    assert arm.asked == []


def test_by_default_the_azure_cli_says_who_the_user_is(arm: Arm, tmp_path: Path) -> None:
    """`az account get-access-token` answers so (azure-identity, `AzureCliCredential`)."""
    az = tmp_path / "bin" / "az"
    az.parent.mkdir()
    token = json.dumps({"accessToken": TOKEN, "expires_on": NEVER, "tokenType": "Bearer"})
    az.write_text(f"#!/bin/sh\necho \"$@\" >> '{tmp_path / 'asked'}'\necho '{token}'\n")
    az.chmod(0o755)
    program = (
        "import sys; from shared.cli.cloud import Cloud; from shared.cli.main import main; "
        "main(sys.argv[2:], cloud=Cloud(sys.argv[1]))"
    )
    environment = environment_for_a_process(
        PATH=f"{az.parent}{os.pathsep}{os.environ['PATH']}", REQUESTS_CA_BUNDLE=os.environ["REQUESTS_CA_BUNDLE"]
    )
    ran = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", program, arm.origin, *NAME],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "next: speech2cosmos jobs\n")
    assert f"--resource {arm.origin}" in (tmp_path / "asked").read_text()


def test_a_deployment_that_failed_is_an_error_with_the_innermost_reason(run: Run, arm: Arm, cloud: Cloud) -> None:
    innermost = {"code": "FlagMustBeSetForRestore", "message": "An existing resource has been soft-deleted."}
    error = {"code": "DeploymentFailed", "message": "At least one failed.", "details": [{"details": [innermost]}]}
    arm.deploy(FIRST, "speech2cosmos", {}, "Failed", error=error)
    ran = run(*NAME, cloud=cloud)
    assert ran.code == 1
    assert "ended as Failed: FlagMustBeSetForRestore: An existing resource has been soft-deleted." in ran.error
    assert ran.advice[0].startswith("deploy it again")


def test_a_deployment_that_still_runs_is_an_error_for_now(run: Run, arm: Arm, cloud: Cloud) -> None:
    del arm.deployments[FIRST, "speech2cosmos"]
    arm.deployments[FIRST, "speech2cosmos"] = {"provisioningState": "Running"}  # without outputs
    ran = run(*NAME, cloud=cloud)
    assert ran.code == 1
    assert "has not ended: its state is Running" in ran.error


def test_the_deployment_of_something_else_is_wrong_usage(run: Run, arm: Arm, cloud: Cloud) -> None:
    arm.deploy(FIRST, "speech2cosmos", {"COSMOS_ENDPOINT": "https://a.documents.azure.com", "vnetId": "x"})
    ran = run(*NAME, cloud=cloud)
    assert ran.code == 2
    assert "is not one of speech2cosmos: it has no output SPEECH_ENDPOINT, COSMOS_DATABASE, " in ran.error
    assert not connection_file().exists()


def test_an_output_that_is_no_text_counts_as_missing(run: Run, arm: Arm, cloud: Cloud) -> None:
    arm.deploy(FIRST, "speech2cosmos", OUTPUTS)
    arm.deployments[FIRST, "speech2cosmos"]["outputs"]["jobS_QUEUE"] = {"type": "Array", "value": ["a"]}
    assert "it has no output JOBS_QUEUE" in run(*NAME, cloud=cloud).error


def test_a_deployment_of_an_earlier_version_is_connected_and_said_to_be_one(run: Run, arm: Arm, cloud: Cloud) -> None:
    arm.deploy(FIRST, "speech2cosmos", {name: OUTPUTS[name] for name in OUTPUTS if name != "RETENTION_DAYS"})
    ran = run(*NAME, cloud=cloud)
    assert ran.code == 0
    assert "a version before this one" in ran.error


def test_an_output_that_no_setting_can_have_is_an_error(run: Run, arm: Arm, cloud: Cloud) -> None:
    arm.deploy(FIRST, "speech2cosmos", OUTPUTS | {"SPEECH_API_VERSION": "2031-01-01"})
    ran = run(*NAME, cloud=cloud)
    assert (ran.code, ran.out) == (2, "")
    assert "SPEECH_API_VERSION: found '2031-01-01'" in ran.error
    assert "newer version" in ran.advice[0]
    assert not connection_file().exists()


def test_a_failure_of_azure_is_tried_again(run: Run, arm: Arm, cloud: Cloud) -> None:
    arm.failures = [503]
    assert run(*NAME, cloud=cloud).code == 0


def test_a_list_of_subscriptions_that_goes_in_a_circle_is_an_error(run: Run, arm: Arm, cloud: Cloud) -> None:
    arm.next_links = [f"{arm.origin}/subscriptions?api-version=2022-12-01&$skip=1"] * 3
    ran = run(*NAME, cloud=cloud)
    assert ran.code == 1
    assert "goes on at an address that is not followed" in ran.error
    assert len(arm.asked) == 2


def test_the_users_token_is_sent_to_no_other_host(run: Run, arm: Arm, cloud: Cloud) -> None:
    arm.next_links = [f"{arm.origin.replace('127.0.0.1', 'localhost')}/subscriptions?api-version=2022-12-01"]
    assert run(*NAME, cloud=cloud).code == 1
    assert len(arm.asked) == 1


@pytest.mark.parametrize(
    "arguments", [("--subscription", FIRST), ("--remove", "--deployment", "a"), ("--deployment", "a/../b")]
)
def test_options_that_make_no_sense_are_refused(run: Run, arm: Arm, cloud: Cloud, arguments: tuple[str, ...]) -> None:
    assert run("connect", *arguments, cloud=cloud).code == 2
    assert arm.asked == []
