"""What the pages load: fonts, icons, scripts and built applications.

Everything comes from the locked npm packages and lands in git-ignored folders:
`display/static`, `kiosk/static`, `reception/static`. The fonts stand once, in
`display/static`, for all faces.
"""

from __future__ import annotations

import functools
import shutil
from pathlib import Path

from tools.node import program
from tools.steps import NODE_MODULES, ROOT, digest, once, say, stop

SCREENS = ROOT / "display" / "static"
ICON_LIST = ROOT / "display" / "icons.txt"
ICONS = NODE_MODULES / "@phosphor-icons" / "core" / "assets"

SCRIPTS = ["socket.io-client/dist/socket.io.min.js", "morphdom/dist/morphdom-umd.min.js"]
LATIN = {weight: f"@fontsource/overpass/files/overpass-latin-{weight}-normal.woff2" for weight in (400, 500, 600, 700)}
CHINESE = {
    weight: f"@fontsource/noto-sans-sc/files/noto-sans-sc-chinese-simplified-{weight}-normal.woff2"
    for weight in (400, 500, 700)
}
RARE = "@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf"

# All that Overpass has but the middle dot, which stands between the parts of Chinese names and belongs to Noto.
LATIN_RANGE = "U+0020-00B6, U+00B8-02FF, U+0300-036F, U+2000-206F, U+20AC, U+2122, U+2191, U+2193, U+2212, U+2215"
# Every block of Chinese characters: whatever Noto's common file lacks is a rare name.
RARE_RANGE = "U+3400-4DBF, U+4E00-9FFF, U+F900-FAFF, U+20000-3FFFF"
# Overpass sits 0.10 em high in its box. Television boards correct that by padding, so they get no override.
LOWERED = "ascent-override: 97%; descent-override: 27%;"

FACES = ["kiosk", "reception"]
APPLICATION_SHARED = ["web", "locales", "vite.config.ts", "tsconfig.json", "package-lock.json", "tools/assets.py"]


def build_all() -> None:
    """Bring every static folder up to date with its sources."""
    copied = digest([ROOT / "package-lock.json", ICON_LIST, Path(__file__)])
    once("static-display", copied, copy_for_screens, makes=SCREENS)
    for face in FACES:
        if (ROOT / face / "web" / "index.html").is_file():
            sources = [face + "/web", face + "/steps", *APPLICATION_SHARED]
            key = digest(ROOT / source for source in sources)
            once(f"static-{face}", key, functools.partial(build_application, face), makes=ROOT / face / "static")


def build_application(face: str) -> None:
    """Build one Vue application into its static folder."""
    say(f"building the {face} application")
    program("vite", "build", "--mode", face, "--logLevel", "warn")


def copy_for_screens() -> None:
    """Fill `display/static`: scripts, fonts with their two style sheets, and the listed icons."""
    say("copying fonts, icons and scripts for the screens")
    shutil.rmtree(SCREENS, ignore_errors=True)
    fonts = SCREENS / "fonts"
    icons = SCREENS / "icons"
    fonts.mkdir(parents=True)
    icons.mkdir()
    for script in SCRIPTS:
        shutil.copy(NODE_MODULES / script, SCREENS)
    for font in [*LATIN.values(), *CHINESE.values(), RARE]:
        shutil.copy(NODE_MODULES / font, fonts)
    (fonts / "fonts.css").write_text(font_faces(LOWERED))
    (fonts / "fonts-screen.css").write_text(font_faces(""))
    for name in listed_icons():
        shutil.copy(icon_file(name), icons / f"{name}.svg")


def font_faces(latin_extra: str) -> str:
    """The `@font-face` rules: Overpass, "Noto Sans SC", and "Noto Sans SC Rare" for rare names."""
    rules = [_face("Overpass", weight, file, "woff2", LATIN_RANGE, latin_extra) for weight, file in LATIN.items()]
    rules += [_face("Noto Sans SC", weight, file, "woff2") for weight, file in CHINESE.items()]
    rules.append(_face("Noto Sans SC Rare", 400, RARE, "truetype", RARE_RANGE))
    return "\n".join(rules)


def _face(family: str, weight: int, file: str, kind: str, only: str = "", extra: str = "") -> str:
    name = Path(file).name
    lines = [f'font-family: "{family}";', f"font-weight: {weight};", "font-style: normal;", "font-display: swap;"]
    lines.append(f'src: url("{name}") format("{kind}");')
    lines += [f"unicode-range: {only};"] if only else []
    lines += [extra] if extra else []
    return "@font-face {\n  " + "\n  ".join(lines) + "\n}\n"


def listed_icons() -> list[str]:
    """The icon names of `display/icons.txt`: one a line, `#` begins a remark."""
    lines = ICON_LIST.read_text().splitlines() if ICON_LIST.is_file() else []
    return [name for line in lines if (name := line.partition("#")[0].strip())]


def icon_file(name: str) -> Path:
    """Where the package keeps an icon: `bell-bold` is in the folder `bold`, `bell` in `regular`."""
    weight = name.rpartition("-")[2]
    folder = weight if weight in {"bold", "fill", "thin", "light", "duotone"} else "regular"
    file = ICONS / folder / f"{name}.svg"
    if not file.is_file():
        raise stop(f'display/icons.txt asks for "{name}", which @phosphor-icons/core does not have. Correct the name.')
    return file
