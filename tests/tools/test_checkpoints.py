"""Every shipped file's recipe is run, and in an order that works."""

from tools.checkpoints import commands


def test_networks_come_before_what_is_made_from_them():
    found = commands()
    assert len(found) == len(set(found))
    for seed in (0, 1, 2):
        made = found.index(f"python -m recipes.mlp_quiet --seed {seed}")
        assert made < found.index("python -m recipes.mlp_quiet_pruned")
