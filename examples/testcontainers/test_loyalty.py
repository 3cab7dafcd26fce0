# Needs pytest, requests and testcontainers 4.13 or newer.
import pytest
import requests
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import HttpWaitStrategy

IMAGE = "ghcr.io/your-organisation/journeys-sandbox:0.1.0"


@pytest.fixture(scope="session")
def origin():
    container = DockerContainer(IMAGE).with_exposed_ports(4300)
    with container.waiting_for(HttpWaitStrategy(4300, "/_sandbox/health")):
        yield f"http://{container.get_container_host_ip()}:{container.get_exposed_port(4300)}"


class Site:
    """A site of the sandbox. Its state is its own, so that test classes can run in parallel."""

    def __init__(self, origin):
        self.origin = origin
        self.path = ""
        created = self.control("/sites", {"seed": "demo", "ttl": "PT1H"})
        self.path = f"/sites/{created['site_id']}"

    def control(self, path, body=None):
        """Calls the control API."""
        response = requests.post(f"{self.origin}/_sandbox{self.path}{path}", json=body or {})
        assert response.ok, response.text
        return response.json()

    def journeys_of(self, email):
        """Stands for your client: in place of its own signature, the sandbox signs."""
        signed = self.control("/tokens", {"operation": "getMemberJourneys", "identifier": email})
        return requests.get(f"{self.origin}/api/3.0/user/{email}/journeys", headers=signed["headers"])


@pytest.fixture(scope="class")
def site(origin):
    return Site(origin)


class TestLoyalty:
    @pytest.fixture(autouse=True)
    def reset(self, site):
        yield
        site.control("/reset")

    def test_a_member_of_the_demo_data(self, site):
        response = site.journeys_of("started@example.com")
        assert response.status_code == 200
        assert response.json()["journeys"][0]["status"] == "InProgress"

    def test_one_failure_and_then_the_answer(self, site):
        site.control("/faults", {"times": 1, "fault": {"kind": "status", "status": 503}})
        assert site.journeys_of("started@example.com").status_code == 503
        assert site.journeys_of("started@example.com").status_code == 200
