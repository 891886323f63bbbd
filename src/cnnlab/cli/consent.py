"""Consent: code runs because a word of the command line names it, never because a file of the configuration does."""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Iterator, Sequence

from hydra._internal.config_loader_impl import ConfigLoaderImpl
from omegaconf import Container, DictConfig, ListConfig, OmegaConf
from omegaconf.errors import MissingMandatoryValue, OmegaConfBaseException

from cnnlab.base.errors import ConfigError
from cnnlab.base.schema import PlainMapping
from cnnlab.cli.quoting import as_text

_OF_PLUGINS = ("hydra.sweeper", "hydra.launcher")
"""Their own `_target_` has to be an installed plugin, Hydra sees to that; what lies below may be anything."""
_OF_INSTANTIATE = ("_target_",)
_OF_LOGGING = ("()", "class", "_target_")
_NODES = {
    "hydra.callbacks": _OF_INSTANTIATE,
    **dict.fromkeys(_OF_PLUGINS, _OF_INSTANTIATE),
    "hydra.job_logging": _OF_LOGGING,
    "hydra.hydra_logging": _OF_LOGGING,
}
"""Parts of the configuration whose factories Hydra calls by itself -> the keys that name a factory there."""
_ENVIRONMENT = "hydra.job.env_set"
_OF_CLUSTER = ("hydra.launcher.runtime_env", "hydra.launcher.address")
"""What nodes run beside a run, and whose answers are taken as they are: Ray's objects are code."""
_OWN_CLUSTER = ("None", "auto")
_HARMLESS = ("logging.StreamHandler", "ext://sys.stdout", "ext://sys.stderr")


def check_plugins(plain: PlainMapping, typed: Sequence[str]) -> None:
    """Refuse plugins that no one typed: they are code, and a file must not bring code along.

    Args:
        plain: a composed configuration.
        typed: the overrides of the command line, without those of arms and of a study's parameters.

    Raises:
        ConfigError: the configuration names plugins, the command line does not.
    """
    is_typed = any(_key(text) == "plugins" for text in typed)
    if plain.get("plugins") and not is_typed:
        paths = plain["plugins"] if isinstance(plain["plugins"], list) else [plain["plugins"]]
        files = shlex.quote(f"plugins=[{','.join(as_text(str(path)) for path in paths)}]")
        raise ConfigError(f"plugins: count on the command line only. If you trust the files, type {files}.")


@contextlib.contextmanager
def factories_are_typed(typed: Sequence[str]) -> Iterator[None]:
    """Check whatever Hydra composes in here: it sets up logging, and calls back, before it hands anything over.

    There is no public place to look at a configuration before that; this method is the same in Hydra 1.3 and 1.4.

    Args:
        typed: the overrides of the command line.

    Raises:
        ConfigError: something composed has Hydra run what no one typed.
    """
    load = ConfigLoaderImpl._load_configuration_impl

    def checked(loader: ConfigLoaderImpl, *args: object, **options: object) -> DictConfig:
        config = load(loader, *args, **options)  # type: ignore[arg-type]
        check_factories(config, typed)
        return config

    ConfigLoaderImpl._load_configuration_impl = checked  # type: ignore[assignment,method-assign]
    try:
        yield
    finally:
        ConfigLoaderImpl._load_configuration_impl = load  # type: ignore[method-assign]


def check_factories(config: DictConfig, typed: Sequence[str]) -> None:
    """Refuse what Hydra would call, import or put into the environment because a file says so.

    Args:
        config: as composed, with Hydra's own part.
        typed: the overrides of the command line.

    Raises:
        ConfigError: with every such place.
    """
    problems = [
        f"{where}: names code, which counts on the command line only, got {value}. "
        "Type it if you trust it, else take it out of the file."
        for where, value in (*_factories(config), *_variables(config), *_of_cluster(config))
        if not _is_typed(where, value, typed)
    ]
    if problems:
        raise ConfigError(*problems)


def _factories(config: DictConfig) -> Iterator[tuple[str, str]]:
    own = [f"{name}._target_" for name in _OF_PLUGINS]
    for name, keys in _NODES.items():
        node = OmegaConf.select(config, name)
        for where, key, value in _texts(node, name):
            is_named = key in keys and value not in _HARMLESS and where not in own
            is_imported = value.startswith("ext://") and value not in _HARMLESS  # by the logging of Python
            if is_named or is_imported or "${hydra:" in value:  # which leads elsewhere once the job has begun
                yield where, value


def _variables(config: DictConfig) -> Iterator[tuple[str, str]]:
    """Yield the environment that Hydra sets: by LD_PRELOAD or PYTHONPATH, later processes run what it says."""
    for where, _, value in _texts(OmegaConf.select(config, _ENVIRONMENT), _ENVIRONMENT):
        yield where, value


def _of_cluster(config: DictConfig) -> Iterator[tuple[str, str]]:
    """Yield what a cluster is told to run, and which cluster that is, unless it is this machine's."""
    for name in _OF_CLUSTER:
        node = OmegaConf.select(config, name)
        leaves = _texts(node, name) if isinstance(node, Container) else [(name, "", str(node))]
        yield from ((where, value) for where, _, value in leaves if value not in _OWN_CLUSTER)


def _texts(node: object, where: str) -> Iterator[tuple[str, str, str]]:
    """Yield place, key and value of every leaf; references are followed, but those into Hydra stay as written."""
    if not isinstance(node, DictConfig | ListConfig):
        return
    written = OmegaConf.to_container(node, resolve=False)
    for key in list(node) if isinstance(node, DictConfig) else range(len(node)):
        below, text = f"{where}.{key}", written[key]  # type: ignore[index]
        try:
            value = text if isinstance(text, str) and "${hydra:" in text else node[key]
        except MissingMandatoryValue:
            continue
        except OmegaConfBaseException:
            value = text  # a reference that leads nowhere
        if isinstance(value, Container):
            yield from _texts(value, below)
        else:
            yield below, str(key), str(value)


def _is_typed(where: str, value: str, typed: Sequence[str]) -> bool:
    """Tell whether a word of the command line sets this place, or names the value for what lies around it."""
    return any(
        _key(text) == where or (where.startswith(f"{_key(text)}.") and value in text.partition("=")[2])
        for text in typed
    )


def _key(text: str) -> str:
    return text.partition("=")[0].lstrip("+")
