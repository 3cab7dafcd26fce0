// Needs github.com/testcontainers/testcontainers-go.
package loyalty

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/wait"
)

const image = "ghcr.io/your-organisation/journeys-sandbox:0.1.0"

// startSandbox starts a container for one test, and returns its origin.
func startSandbox(t *testing.T) string {
	t.Helper()
	ctx := context.Background()
	container, err := testcontainers.Run(ctx, image,
		testcontainers.WithExposedPorts("4300/tcp"),
		testcontainers.WithWaitStrategy(wait.ForHTTP("/_sandbox/health").WithPort("4300/tcp")),
	)
	testcontainers.CleanupContainer(t, container)
	if err != nil {
		t.Fatal(err)
	}
	origin, err := container.PortEndpoint(ctx, "4300/tcp", "http")
	if err != nil {
		t.Fatal(err)
	}
	return origin
}

// site is a site of the sandbox. Its state is its own, so that tests can run in parallel.
type site struct {
	t      *testing.T
	origin string
	ID     string `json:"site_id"`
}

func createSite(t *testing.T, origin string) *site {
	t.Helper()
	s := &site{t: t, origin: origin}
	s.control("/sites", map[string]any{"seed": "demo", "ttl": "PT1H"}, s)
	return s
}

// control calls the control API.
func (s *site) control(path string, body any, result any) {
	s.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		s.t.Fatal(err)
	}
	response, err := http.Post(s.origin+"/_sandbox"+path, "application/json", bytes.NewReader(text))
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode >= 300 {
		s.t.Fatalf("POST %s: %s", path, response.Status)
	}
	if err := json.NewDecoder(response.Body).Decode(result); err != nil {
		s.t.Fatal(err)
	}
}

// journeysOf stands for your client: in place of its own signature, the sandbox signs.
func (s *site) journeysOf(email string) int {
	s.t.Helper()
	var signed struct{ Headers map[string]string }
	wanted := map[string]string{"operation": "getMemberJourneys", "identifier": email}
	s.control("/sites/"+s.ID+"/tokens", wanted, &signed)
	request, err := http.NewRequest(http.MethodGet, s.origin+"/api/3.0/user/"+email+"/journeys", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	for name, value := range signed.Headers {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	return response.StatusCode
}

func TestLoyalty(t *testing.T) {
	origin := startSandbox(t)

	t.Run("a member of the demo data", func(t *testing.T) {
		if status := createSite(t, origin).journeysOf("started@example.com"); status != 200 {
			t.Errorf("got %d, want 200", status)
		}
	})

	t.Run("one failure, and then the answer", func(t *testing.T) {
		s := createSite(t, origin)
		var rule any
		fault := map[string]any{"kind": "status", "status": 503}
		s.control("/sites/"+s.ID+"/faults", map[string]any{"times": 1, "fault": fault}, &rule)
		for _, want := range []int{503, 200} {
			if status := s.journeysOf("started@example.com"); status != want {
				t.Errorf("got %d, want %d", status, want)
			}
		}
	})
}
