// Needs the packages Testcontainers and xunit 2.
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Containers;
using Xunit;

/// <summary>One container for all test classes of the collection.</summary>
public sealed class SandboxContainer : IAsyncLifetime
{
    private readonly IContainer container = new ContainerBuilder()
        .WithImage("ghcr.io/your-organisation/journeys-sandbox:0.1.0")
        .WithPortBinding(4300, assignRandomHostPort: true)
        .WithWaitStrategy(Wait.ForUnixContainer().UntilHttpRequestIsSucceeded(request =>
            request.ForPort(4300).ForPath("/_sandbox/health")))
        .Build();

    public HttpClient Http { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await container.StartAsync();
        Http = new HttpClient
        {
            BaseAddress = new Uri($"http://{container.Hostname}:{container.GetMappedPublicPort(4300)}"),
        };
    }

    public Task DisposeAsync() => container.DisposeAsync().AsTask();
}

[CollectionDefinition("sandbox")]
public class SandboxCollection : ICollectionFixture<SandboxContainer>;

[Collection("sandbox")]
public class LoyaltyTests(SandboxContainer sandbox) : IAsyncLifetime
{
    private string site = "";

    // A site of its own: no test sees another's state.
    public async Task InitializeAsync()
    {
        var created = await Control("/sites", new { seed = "demo", ttl = "PT1H" });
        site = $"/sites/{created.GetProperty("site_id").GetString()}";
    }

    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>Calls the control API.</summary>
    private async Task<JsonElement> Control(string path, object body)
    {
        using var response = await sandbox.Http.PostAsJsonAsync($"/_sandbox{path}", body);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>Stands for your client: in place of its own signature, the sandbox signs.</summary>
    private async Task<HttpResponseMessage> JourneysOf(string email)
    {
        var signed = await Control($"{site}/tokens", new { operation = "getMemberJourneys", identifier = email });
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/3.0/user/{email}/journeys");
        foreach (var header in signed.GetProperty("headers").EnumerateObject())
        {
            // .NET keeps Content-Type for requests with a body; the sandbox does not ask for it.
            request.Headers.TryAddWithoutValidation(header.Name, header.Value.GetString());
        }
        return await sandbox.Http.SendAsync(request);
    }

    [Fact]
    public async Task A_member_of_the_demo_data()
    {
        using var response = await JourneysOf("started@example.com");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var body = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("InProgress", body.GetProperty("journeys")[0].GetProperty("status").GetString());
    }

    [Fact]
    public async Task One_failure_and_then_the_answer()
    {
        await Control($"{site}/faults", new { times = 1, fault = new { kind = "status", status = 503 } });
        using var refused = await JourneysOf("started@example.com");
        using var answered = await JourneysOf("started@example.com");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal(HttpStatusCode.OK, answered.StatusCode);
    }
}
