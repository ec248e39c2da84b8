"""Bundles of evidence, against the program that a stranger checks them with."""

import shutil
import subprocess
import zipfile

import pytest

import earwitness as ew


@pytest.fixture(scope="module")
def judged(night):
    """What is put into bundles: what was found, verdicts, log."""
    log = ew.ProbeLog.read(night[1])
    found = ew.scan(night[0]).analyze(probes=log)
    return found, found.judge(log), log


@pytest.fixture(scope="module")
def bundled(judged, tmp_path_factory):
    """A bundle that nobody signed."""
    path = tmp_path_factory.mktemp("bundle") / "night.zip"
    digest = ew.bundle(path, *judged)
    assert len(digest) == 64 and int(digest, 16)
    return path


def verified(program, *arguments):
    """What the program says of a bundle."""
    return subprocess.run([program, "evidence", "verify", *map(str, arguments)], capture_output=True, text=True, check=False, timeout=300)


def test_a_bundle_is_verified_by_the_program(bundled, program):
    said = verified(program, bundled)
    assert said.returncode == 0, said.stdout + said.stderr


def test_a_signed_bundle_is_of_its_signer(judged, program, tmp_path):
    keygen = shutil.which("ssh-keygen")
    if not keygen:
        pytest.skip("ssh-keygen is not installed")
    path, key, signers = tmp_path / "night.zip", tmp_path / "key", tmp_path / "signers"
    for it in (key, tmp_path / "other"):
        subprocess.run([keygen, "-q", "-t", "ed25519", "-N", "", "-f", str(it)], check=True, timeout=60)
    ew.bundle(path, *judged, sign=key)
    for name, status in (("key", 0), ("other", 2)):
        signers.write_text("lab " + (tmp_path / f"{name}.pub").read_text())
        said = verified(program, path, "--allowed-signers", signers)
        assert said.returncode == status, said.stdout + said.stderr


def test_a_bundle_that_was_changed_is_refused(bundled, program, tmp_path):
    packed = tmp_path / "packed.zip"
    for instead, status in ((b"streams", 0), (b"silents", 2)):
        with zipfile.ZipFile(bundled) as from_, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as to:
            for entry in from_.infolist():
                octets = from_.read(entry)
                is_verdicts = entry.filename.endswith("verdicts.json")
                assert not is_verdicts or b"streams" in octets
                to.writestr(entry.filename, octets.replace(b"streams", instead) if is_verdicts else octets)
        said = verified(program, packed)
        assert said.returncode == status, said.stdout + said.stderr


def test_what_a_bundle_cannot_hold_is_refused_and_nothing_is_written(night, judged, sample, tmp_path):
    found, verdicts, log = judged
    path = tmp_path / "x.zip"
    with pytest.raises(ValueError, match="alpha"):
        ew.bundle(path, found, found.judge(log, alpha=0.2), log)
    other = ew.scan(night[0]).analyze(max_seconds=30)
    with pytest.raises(ValueError, match="--max-seconds"):
        ew.bundle(path, other, other.judge(log), log)
    with pytest.raises(ValueError, match="other captures"):
        ew.bundle(path, ew.scan(sample).analyze(), verdicts, log)
    with pytest.raises(ew.EarwitnessError, match="missing.key"):
        ew.bundle(path, found, verdicts, log, sign=tmp_path / "missing.key")
    assert not path.exists()
