"""Settings: the example file is complete and true, each value knows its source, a wrong one is named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import tomlkit

from agent.config import ProfileOverride, Settings, load_config
from agent.durations import seconds_of
from agent.errors import ConfigError

EXAMPLE = Path(__file__).parent.parent / ".agentrc.example"


def uncommented(text: str) -> str:
    """The example with its commented-out settings switched on."""
    return re.sub(r"^# (\[profile|\w+ = )", r"\1", text, flags=re.MULTILINE)


def test_the_example_file_loads_as_it_is_and_says_the_defaults(tmp_path: Path) -> None:
    (tmp_path / ".agentrc").write_text(EXAMPLE.read_text())
    config = load_config(tmp_path, environ={"HOME": str(tmp_path)})
    assert config.settings == Settings()


def test_the_example_file_names_every_setting_there_is(tmp_path: Path) -> None:
    text = uncommented(EXAMPLE.read_text())
    (tmp_path / ".agentrc").write_text(text)
    load_config(tmp_path, environ={"HOME": str(tmp_path)})
    said = tomlkit.parse(text)
    assert set(said) == set(Settings.model_fields)
    (override,) = said["profile"].values()
    assert set(override) == set(ProfileOverride.model_fields)


def test_later_layers_win_and_each_value_knows_where_it_comes_from(tmp_path: Path) -> None:
    user = tmp_path / "user"
    user.write_text('model = "a"\nretries = 1\nkeep_alive = "1m"\n')
    (tmp_path / ".agentrc").write_text('model = "b"\nretries = 5\n')
    env = {"HOME": str(tmp_path), "AGENT_CONFIG": str(user), "AGENT_MODEL": "c"}
    config = load_config(tmp_path, {"model": None, "commit": False}, env)
    assert (config.settings.model, config.source("model")) == ("c", "AGENT_MODEL")
    assert (config.settings.retries, config.source("retries")) == (5, str(tmp_path / ".agentrc"))
    assert (config.settings.keep_alive, config.source("keep_alive")) == ("1m", str(user))
    assert (config.settings.commit, config.source("commit")) == (False, "--commit")
    assert config.source("mend") == "default"
    assert load_config(tmp_path, {"model": "d"}, env).settings.model == "d"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("retrys = 1\n", "Did you mean `retries`"),
        ("retries = 99\n", "`retries`"),
        ('router = "magic"\n', "`router`"),
        ('[profile."x"]\ntemperature = "hot"\n', "profile.x.temperature"),
        ("model = \n", "not valid TOML"),
        ('keep_alive = "banana"\n', "`keep_alive` is `banana`"),
        ('keep_alive = ""\n', "`keep_alive`"),
        ("keep_alive = true\n", "`keep_alive`"),
        ("keep_alive = nan\n", "`keep_alive`"),
        ('host = "not a host"\n', "`host` is `not a host`"),
        ('host = "localhost:port"\n', "`host`"),
        ('host = "ftp://x"\n', "`host`"),
        ('base_url = "localhost:8000"\n', "`base_url` is `localhost:8000`"),
        ('base_url = "http://:8000/v1"\n', "`base_url`"),
        ('base_url = "http://x:99999999"\n', "`base_url`"),
        ('test_command = "true\\u0000"\n', "`test_command`"),
        ("turn_seconds = nan\n", "`turn_seconds`"),
        ('[profile."x"]\ntemprature = 0.5\n', "Did you mean `temperature`"),
    ],
)
def test_a_wrong_setting_is_named_with_its_file(tmp_path: Path, text: str, named: str) -> None:
    (tmp_path / ".agentrc").write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path, environ={"HOME": str(tmp_path)})
    assert named in str(caught.value)
    assert ".agentrc" in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(("said", "seconds"), [("300", 300), ("-1", -1), ("0", 0), ("1.5", 1.5), ('"1h"', 3600)])
def test_how_long_a_model_stays_can_be_a_bare_number_of_seconds(tmp_path: Path, said: str, seconds: float) -> None:
    (tmp_path / ".agentrc").write_text(f"keep_alive = {said}\n")
    assert seconds_of(load_config(tmp_path, environ={"HOME": str(tmp_path)}).settings.keep_alive) == seconds


def test_a_wrong_value_from_the_environment_or_a_flag_is_named_with_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="OLLAMA_KEEP_ALIVE: `keep_alive`"):
        load_config(None, environ={"HOME": str(tmp_path), "OLLAMA_KEEP_ALIVE": "soon"})
    with pytest.raises(ConfigError, match="--host: `host`"):
        load_config(None, {"host": "a b"}, {"HOME": str(tmp_path)})
    with pytest.raises(ConfigError, match="--base-url: `base_url`"):
        load_config(None, {"base_url": "nonsense"}, {"HOME": str(tmp_path)})
    config = load_config(None, environ={"HOME": str(tmp_path)})
    with pytest.raises(ConfigError, match="/set: `keep_alive`"):
        config.replace(keep_alive="soon")


def test_a_settings_file_that_is_a_folder_or_not_text_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "a" / ".agentrc").mkdir(parents=True)
    with pytest.raises(ConfigError, match="folder"):
        load_config(tmp_path / "a", environ={"HOME": str(tmp_path)})
    (tmp_path / ".agentrc").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(tmp_path, environ={"HOME": str(tmp_path)})
