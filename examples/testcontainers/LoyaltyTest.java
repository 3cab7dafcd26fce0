import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;

// Needs org.testcontainers:junit-jupiter, com.fasterxml.jackson.core:jackson-databind and JUnit 5.
@Testcontainers
class LoyaltyTest {
  @Container
  static final GenericContainer<?> SANDBOX =
      new GenericContainer<>("ghcr.io/your-organisation/journeys-sandbox:0.1.0")
          .withExposedPorts(4300)
          .waitingFor(Wait.forHttp("/_sandbox/health").forPort(4300));

  static final HttpClient HTTP = HttpClient.newHttpClient();
  static final ObjectMapper JSON = new ObjectMapper();

  static String origin;
  static JsonNode site;

  // A site of its own for this class, so that classes can share a container and run in parallel.
  @BeforeAll
  static void createSite() throws Exception {
    origin = "http://" + SANDBOX.getHost() + ":" + SANDBOX.getMappedPort(4300);
    site = control("/sites", "{\"seed\": \"demo\", \"ttl\": \"PT1H\"}");
  }

  @AfterEach
  void resetSite() throws Exception {
    control("/sites/" + site.get("site_id").asText() + "/reset", "{}");
  }

  /** A call of the control API. */
  static JsonNode control(String path, String body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(origin + "/_sandbox" + path))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build();
    HttpResponse<String> response = HTTP.send(request, BodyHandlers.ofString());
    assertEquals(2, response.statusCode() / 100, response.body());
    return JSON.readTree(response.body());
  }

  /** Stands for your client: in place of its own signature, the sandbox signs. */
  static HttpResponse<String> journeysOf(String email) throws Exception {
    JsonNode signed =
        control(
            "/sites/" + site.get("site_id").asText() + "/tokens",
            "{\"operation\": \"getMemberJourneys\", \"identifier\": \"" + email + "\"}");
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(origin + "/api/3.0/user/" + email + "/journeys"));
    signed.get("headers").fields().forEachRemaining(h -> request.header(h.getKey(), h.getValue().asText()));
    return HTTP.send(request.build(), BodyHandlers.ofString());
  }

  @Test
  void aMemberOfTheDemoData() throws Exception {
    HttpResponse<String> response = journeysOf("started@example.com");
    assertEquals(200, response.statusCode(), response.body());
    assertEquals("InProgress", JSON.readTree(response.body()).at("/journeys/0/status").asText());
  }

  @Test
  void oneFailureAndThenTheAnswer() throws Exception {
    control(
        "/sites/" + site.get("site_id").asText() + "/faults",
        "{\"times\": 1, \"fault\": {\"kind\": \"status\", \"status\": 503}}");
    assertEquals(503, journeysOf("started@example.com").statusCode());
    assertEquals(200, journeysOf("started@example.com").statusCode());
  }
}
