"""The reader in the browser returns and refuses what Python's does."""

import base64
import re

import pytest
import torch

from course_lib.models import MLP
from course_lib.storage import (
    BadFileError,
    load,
    save,
    share_weights,
    shipped,
    shipped_names,
)
from course_lib.storage.tensors import CODES8, CODES16, CODES32, FLOATS, MULTIPLES, plan
from course_lib.storage.text import USUAL
from course_lib.web import read
from tests.sampling import count
from tests.small import random_network
from tests.storage.damage import damaged_files
from tests.web.scripts import functions

DAMAGED = count(330, 20_000)
# sentences that only Python can say: what follows is a reason in its own words, or a
# representation of bytes
OPEN = [
    (r"(its architecture cannot be built) .*", r"\1"),
    (r"(it must begin with b'PRUN').*", r"\1"),
    (r"model must be an untrained .*", "it holds a network that is not the course's"),
]  # fmt: skip
OTHER = re.compile(r"it holds a Tiny\w+; only MLP and LeNet5 are read here")

READ = """async (files) => {
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const text = (values) => {
    const all = new Uint8Array(values.buffer);
    let text = "";
    for (let i = 0; i < all.length; i += 8192) {
      text += String.fromCharCode(...all.subarray(i, i + 8192));
    }
    return btoa(text);
  };
  const results = [];
  for (const file of files) {
    try {
      const { description, tensors } = await readPruned(bytes(file));
      const found = Object.entries(tensors)
        .map(([name, { shape, values }]) => [name, shape, text(values)]);
      results.push({ description, tensors: found });
    } catch (error) {
      if (!(error instanceof BadFileError)) throw error;
      results.push(error.message);
    }
  }
  return results;
}"""


@pytest.fixture(scope="module")
def page(context):
    with functions(context, "digit/reader.js") as page:
        yield page


@pytest.fixture(scope="module")
def in_browser(page):
    """Return a function that reads the bytes of files in the browser."""
    return lambda files: page.evaluate(
        READ, [base64.b64encode(file).decode() for file in files]
    )


def in_python(path):
    """Return the same of a file, or the sentence that it is refused with."""
    try:
        network = load(path, torch.float32)
    except BadFileError as error:
        sentence = str(error).partition(" cannot be loaded: ")[2]
        for pattern, only in OPEN:
            sentence = re.sub(f"(?s)^{pattern}$", only, sentence)
        return sentence
    return {
        "description": network.describe(),
        "tensors": [
            [name, list(value.shape), base64.b64encode(value.numpy().data).decode()]
            for name, value in network.state_dict().items()
        ],
    }


def shortened(found):
    """Leave out the browser's own reason why an architecture cannot be built."""
    whole = isinstance(found, dict)
    return found if whole else re.sub(r"(?s)(cannot be built) .*", r"\1", found)


def special(network):
    """Put into a network what only comes back if every bit does."""
    with torch.no_grad():
        for i, weight in enumerate(network.parameters()):
            flat = weight.view(-1)
            flat[: max(1, len(flat) // 2)] = 0
            if i % 2:
                flat[-1] = float("nan")
                flat[len(flat) // 2 :][:1] = 1e-45
    return network


def networks():
    """Yield networks whose files use every kind of codebook, mask, and hint."""
    for seed in range(12):
        for kind in ("mlp", "lenet5"):
            for bits in (None, 1, 3, 8):
                yield random_network(kind, seed).float(), bits
        yield special(random_network("mlp", seed).float()), None
    for codebook in ("float16", "int8"):
        network = random_network("mlp", 1).float()
        yield share_weights(network, 5, codebook=codebook), None
    multiples = random_network("lenet5", 3).float()
    with torch.no_grad():
        for weight in multiples.parameters():
            weight.copy_((weight / weight.abs().max() * 5).round() / 8)
    yield multiples, None


def large_network(bits):
    """A network with a layer of more than a million weights, which is coded by gaps."""
    torch.manual_seed(bits or 0)
    network = MLP([784, 1400, 10])
    with torch.no_grad():
        weight = network.fc1.weight
        weight[torch.rand_like(weight) > 0.03] = 0
        weight[:, :90] = 0
        weight[5:300] = 0
    return network, bits


def test_dictionary_of_descriptions_is_that_of_the_format():
    texts = re.search(r"const USUAL_TEXTS = (.*?);\n", read("digit/reader.js"), re.S)
    assert "".join(re.findall("'(.*)'", texts[1])).encode() == USUAL


@pytest.mark.parametrize("name", shipped_names())
def test_shipped_file_has_the_tensors_of_python_bit_for_bit(in_browser, name):
    assert in_browser([shipped(name).read_bytes()]) == [in_python(shipped(name))]


def test_networks_have_every_kind_of_codebook():
    shared = [
        network if bits is None else share_weights(network, bits)
        for network, bits in networks()
    ]
    plans = [plan(value) for each in shared for value in each.state_dict().values()]
    assert {stored.kind for stored in plans} == {
        FLOATS, CODES32, CODES16, CODES8, MULTIPLES,
    }  # fmt: skip
    assert {stored.by_columns for stored in plans} == {True, False}


def test_saved_networks_have_the_tensors_of_python_bit_for_bit(in_browser, tmp_path):
    paths = []
    for i, (network, bits) in enumerate(networks()):
        paths.append(tmp_path / f"{i}.pruned")
        save(network, paths[-1], bits=bits)
    found = in_browser([path.read_bytes() for path in paths])
    assert found == [in_python(path) for path in paths]


@pytest.mark.parametrize("bits", [None, 2, 8])
def test_large_networks_are_read_by_gaps(in_browser, tmp_path, bits):
    network, bits = large_network(bits)
    save(network, tmp_path / "large", bits=bits)
    content = (tmp_path / "large").read_bytes()
    assert in_browser([content]) == [in_python(tmp_path / "large")]


def test_network_of_another_kind_is_refused_by_its_name(in_browser, tmp_path):
    save(random_network("transformer", 0), tmp_path / "other")
    save(torch.nn.Linear(3, 2), tmp_path / "foreign")
    contents = [(tmp_path / name).read_bytes() for name in ("other", "foreign")]
    other, foreign = in_browser(contents)
    assert OTHER.fullmatch(other)
    assert foreign == OPEN[-1][1]


def test_file_of_more_bytes_than_any_network_needs_is_refused(page):
    with pytest.raises(Exception, match="it has 32065537 bytes, too many to be read"):
        page.evaluate("readPruned(new Uint8Array(8 * 4_000_000 + 2 ** 16 + 1))")


def test_damaged_files_are_refused_with_the_same_sentence(in_browser, tmp_path):
    contents = [shipped(name).read_bytes() for name in ("mlp300-2", "lenet5-tiny-0")]
    for i, (network, bits) in enumerate([*networks()][::9]):
        save(network, tmp_path / f"{i}", bits=bits)
        contents.append((tmp_path / f"{i}").read_bytes())
    damaged = [*damaged_files(contents, DAMAGED, seed=1)]
    expected = []
    for _, content in damaged:
        (tmp_path / "damaged").write_bytes(content)
        expected.append(in_python(tmp_path / "damaged"))
    found = [shortened(each) for each in in_browser([each for _, each in damaged])]
    assert all(isinstance(sentence, str) for sentence in expected)
    both = zip(damaged, found, expected, strict=True)
    different = [(way, a, b) for (way, _), a, b in both if a != b]
    assert [each for each in different if not OTHER.fullmatch(each[1])] == []
    kinds = {re.sub(r"\d+", "N", sentence) for sentence in expected}
    print(f"{DAMAGED} damaged files refused, with {len(kinds)} kinds of sentences")
    assert len(kinds) >= 8


def test_damaged_large_files_are_refused_with_the_same_sentence(in_browser, tmp_path):
    network, bits = large_network(2)
    save(network, tmp_path / "large", bits=bits)
    damaged = [
        content
        for way, content in damaged_files([(tmp_path / "large").read_bytes()], 55, 2)
        if way.endswith("_and_signed")
    ]
    expected = []
    for content in damaged:
        (tmp_path / "damaged").write_bytes(content)
        expected.append(in_python(tmp_path / "damaged"))
    assert [shortened(each) for each in in_browser(damaged)] == expected
