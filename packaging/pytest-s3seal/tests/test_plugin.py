"""Each test runs pytest in a folder of its own, as a user does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_s3seal import Options, Server, ServerFailed

PROGRAM = os.path.abspath(os.environ["S3SEAL"]) if "S3SEAL" in os.environ else None

SEALED = """
    import pytest
    from botocore.exceptions import ClientError

    KEY = b"0123456789abcdef0123456789abcdef"
    SSE_C = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": KEY}

    def test_sealed_and_back(s3_client, s3_bucket):
        s3_client.put_object(Bucket=s3_bucket, Key="note", Body=b"secret", **SSE_C)
        assert s3_client.get_object(Bucket=s3_bucket, Key="note", **SSE_C)["Body"].read() == b"secret"
        with pytest.raises(ClientError):
            s3_client.get_object(Bucket=s3_bucket, Key="note")
"""


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A process that was not waited for yet has ended, too.
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] != "Z"
    except FileNotFoundError:
        return not Path("/proc/self").exists()


@pytest.mark.parametrize("options", [[], ["--s3seal-tls"], ["--s3seal-behave=garage", "--s3seal-tls"]])
def test_boto3_with_sse_c(pytester: pytest.Pytester, options: list[str]) -> None:
    pytester.makepyfile(SEALED)
    pytester.runpytest_subprocess(*options).assert_outcomes(passed=1)


def test_options_of_the_ini_file_and_of_the_command_line(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\ns3seal_behave = garage\ns3seal_tls = true\ns3seal_args = --region eu-central-1")
    pytester.makepyfile(
        """
        def test_options(s3seal_server, s3seal_options):
            assert s3seal_server.endpoint.startswith("https://") and s3seal_server.ca_bundle
            assert s3seal_server.region == "eu-central-1"
            assert s3seal_options.behave == "minio"
        """
    )
    pytester.runpytest_subprocess("--s3seal-behave=minio").assert_outcomes(passed=1)


def test_blocked_buckets_stay_blocked(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest
        from botocore.exceptions import ClientError

        def test_blocked(s3_client, s3_bucket):
            with pytest.raises(ClientError) as error:
                s3_client.put_object(
                    Bucket=s3_bucket, Key="note", Body=b"", SSECustomerAlgorithm="AES256", SSECustomerKey=bytes(range(32))
                )
            assert error.value.response["Error"]["Code"] == "AccessDenied"
        """
    )
    pytester.runpytest_subprocess("--s3seal-behave=aws-blocked").assert_outcomes(passed=1)


def test_each_test_has_a_new_bucket_and_all_the_same_server(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        seen, servers = set(), set()

        @pytest.mark.parametrize("name", ["a", "a b/ü", "x" * 300])
        def test_new(s3_client, s3_bucket, s3seal_server, name):
            assert s3_bucket not in seen and 3 <= len(s3_bucket) <= 63
            assert "Contents" not in s3_client.list_objects_v2(Bucket=s3_bucket)
            s3_client.put_object(Bucket=s3_bucket, Key="note", Body=b"")
            seen.add(s3_bucket)
            servers.add(s3seal_server.pid)
            assert len(servers) == 1
        """
    )
    pytester.runpytest_subprocess().assert_outcomes(passed=3)


def test_faults_hit_what_they_are_for_and_the_bucket_is_there_all_the_same(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest
        from botocore.exceptions import ClientError

        def test_faults(s3_client, s3_bucket):
            s3_client.put_object(Bucket=s3_bucket, Key="note", Body=b"")
            with pytest.raises(ClientError) as error:
                s3_client.get_object(Bucket=s3_bucket, Key="note")
            assert error.value.response["Error"]["Code"] == "InternalError"
        """
    )
    faults = ["internal-error=1@GetObject", "internal-error=0.5@CreateBucket", "reset=0.3@HeadBucket"]
    pytester.runpytest_subprocess(*(f"--s3seal-fault={fault}" for fault in faults)).assert_outcomes(passed=1)


def test_a_folder_keeps_the_content_and_a_second_session_has_new_buckets(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(SEALED)
    for _ in range(2):
        pytester.runpytest_subprocess("--s3seal-dir=kept").assert_outcomes(passed=1)
    assert any(pytester.path.joinpath("kept", "main").iterdir())


def test_a_server_for_each_worker(pytester: pytest.Pytester) -> None:
    pytest.importorskip("xdist")
    pytester.makepyfile(
        """
        import os
        import pytest

        @pytest.mark.parametrize("number", range(8))
        def test_worker(s3_client, s3_bucket, s3seal_server, s3seal_options, number):
            s3_client.put_object(Bucket=s3_bucket, Key="note", Body=b"")
            assert s3seal_options.dir.name == os.environ["PYTEST_XDIST_WORKER"]
            with open(f"{os.environ['PYTEST_XDIST_WORKER']}.pids", "a") as pids:
                pids.write(f"{s3seal_server.pid}\\n")
        """
    )
    pytester.runpytest_subprocess("-n2", "--s3seal-dir=kept").assert_outcomes(passed=8)
    pids = [set(file.read_text().split()) for file in pytester.path.glob("*.pids")]
    assert all(len(found) == 1 for found in pids), pids
    assert len(set.union(*pids)) == len(pids)
    assert not any(alive(int(pid)) for pid in set.union(*pids))


def test_the_environment_is_the_servers_during_the_test_only(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import os
        import boto3

        def test_inside(s3seal_environment, s3_bucket):
            assert "AWS_PROFILE" not in os.environ
            names = [bucket["Name"] for bucket in boto3.client("s3").list_buckets()["Buckets"]]
            assert s3_bucket in names
            assert s3_bucket in s3seal_environment.run("ls")

        def test_outside(s3seal_server):
            assert os.environ["AWS_PROFILE"] == "does-not-exist"
            assert "AWS_ENDPOINT_URL" not in os.environ
        """
    )
    pytester.runpytest_subprocess().assert_outcomes(passed=2)


def test_nothing_is_started_unless_a_test_asks(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_nothing(): pass")
    pytester.runpytest_subprocess("--s3seal-program=/nowhere/s3seal").assert_outcomes(passed=1)


def test_a_server_that_does_not_start_says_why(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_server(s3seal_server): pass")
    done = pytester.runpytest_subprocess("--s3seal-behave=nowhere")
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["*the server did not start: *nowhere*"])
    done = pytester.runpytest_subprocess("--s3seal-program=/nowhere/s3seal")
    done.stdout.fnmatch_lines(["*/nowhere/s3seal cannot be started*"])


def test_a_client_without_boto3_says_what_to_install(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("import sys\nsys.modules['boto3'] = None")
    pytester.makepyfile("def test_client(s3_client): pass")
    done = pytester.runpytest_subprocess()
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["*pip install 'pytest-s3seal?boto3?'*"])


def test_a_failed_command_says_why() -> None:
    with Server.start(Options(program=PROGRAM)) as server:
        assert "demo" in server.run("ls")
        with pytest.raises(ServerFailed, match="nowhere"):
            server.run("ls", "s3://nowhere/")
    server.stop()
    assert not alive(server.pid)


def test_the_server_ends_with_a_process_that_is_killed() -> None:
    script = f"""
import time
from pytest_s3seal import Options, Server
print(Server.start(Options(program={PROGRAM!r})).pid, flush=True)
time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        assert alive(pid)
        process.send_signal(signal.SIGKILL)
        process.wait()
    for _ in range(1000):
        if not alive(pid):
            break
        subprocess.run([sys.executable, "-c", ""], check=True)
    assert not alive(pid)
