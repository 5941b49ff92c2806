"""The addresses of a release, and the text that describes it."""

import re
from dataclasses import dataclass
from urllib.parse import quote

PAGES = "SPEECH2COSMOS_PAGES"
"""Variable of a build of the wheel: the address before the path of a page."""

_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")
_TAG = re.compile(r"v\d+(\.\d+){2}([abrc.]+\d+)?")

_TEXT = """\
[Deploy to Azure]({portal}) creates all resources and installs this version of the app. The same from a shell:

    az deployment sub create --name speech2cosmos --location westus2 \\
        --template-uri {template} \\
        --parameters environmentName=speech2cosmos location=westus2

The command line, with [uv](https://docs.astral.sh/uv/) or pipx, on Linux, macOS and Windows:

    uv tool install {wheel}

`SHA256SUMS` has the checksums of all files, `app.cdx.json` the packages that Azure installs with the app (CycloneDX).
GitHub signed where and from what the files were built:

    gh attestation verify app.zip --repo {repository}
"""


@dataclass(frozen=True)
class Release:
    """A release at GitHub. `repository`: `OWNER/NAME`. `tag`: `v` and a version. Raises ValueError for others."""

    repository: str
    tag: str

    def __post_init__(self) -> None:
        if not _REPOSITORY.fullmatch(self.repository):
            raise ValueError(f"{self.repository!r} is no repository OWNER/NAME")
        if not _TAG.fullmatch(self.tag):
            raise ValueError(f"{self.tag!r} is no tag of a release, such as v1.2.3")

    def file(self, name: str) -> str:
        """Return the address of a file of the release."""
        return f"https://github.com/{self.repository}/releases/download/{self.tag}/{name}"

    def pages(self) -> str:
        """Return the address before the path of a file of the repository, as it is at the release's tag."""
        return f"https://github.com/{self.repository}/blob/{self.tag}"

    def text(self, commit: str) -> str:
        """Return the description, in Markdown. `commit`: that of this release's template on the branch `release`.

        The portal loads a template in the browser, so its address needs CORS. Files of a release have none, those of a
        branch have. The commit, not the branch, is named: the link of an old release deploys the old release.
        """
        template = f"https://raw.githubusercontent.com/{self.repository}/{commit}/azuredeploy.json"
        portal = f"https://portal.azure.com/#create/Microsoft.Template/uri/{quote(template, safe='')}"
        wheel = self.file(f"speech2cosmos-{self.tag.removeprefix('v')}-py3-none-any.whl")
        return _TEXT.format(portal=portal, template=template, wheel=wheel, repository=self.repository)
