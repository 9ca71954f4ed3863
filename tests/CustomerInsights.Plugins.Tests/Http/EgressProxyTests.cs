using System.Net;
using System.Net.Sockets;
using System.Text;
using CustomerInsights.Plugins.Desired;
using CustomerInsights.Plugins.Http;
using CustomerInsights.Plugins.Tests.Kit;
using CustomerInsights.Plugins.Workers;
using CustomerInsights.Plugins.Workers.Protocol;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Tests.Http;

/// <summary>The way out of a sandbox, asked by a worker that may be hostile.</summary>
public sealed class EgressProxyTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ci-e-").FullName;
    private readonly ManualTimeProvider _clock = new(new DateTimeOffset(2026, 11, 22, 9, 0, 0, TimeSpan.Zero));
    private readonly RecordingLoggers _loggers = new();
    private readonly EgressProxy _proxy;

    public EgressProxyTests() => _proxy = new EgressProxy(_folder, _clock, (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]));

    public void Dispose()
    {
        _proxy.Dispose();
        _loggers.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_declared_host_is_reached_by_name_and_the_host_looks_it_up()
    {
        await using var server = new ScriptedServer(Reply.Text("hello"));
        await using (var stream = await DialAsync(Open($"shop.example:{server.Port}"), "shop.example", server.Port))
        {
            Assert.EndsWith("hello", await GetAsync(stream), StringComparison.Ordinal);
        }

        await Eventually.TrueAsync(() => _proxy.Tunnels == 0, () => $"{_proxy.Tunnels} tunnels");
    }

    [Fact]
    public async Task Another_port_another_host_and_a_private_address_are_refused_whatever_the_worker_says()
    {
        await using var server = new ScriptedServer(Reply.Text("hello"));
        var granted = Open($"127.0.0.1:{server.Port}");
        Assert.StartsWith("test.web may not contact 127.0.0.1:1", (await RefusedAsync(granted, "127.0.0.1", 1)).Message, StringComparison.Ordinal);
        Assert.StartsWith("test.web may not contact evil.example:", (await RefusedAsync(granted, "evil.example", server.Port)).Message, StringComparison.Ordinal);
        var ungranted = Open([$"127.0.0.1:{server.Port}"], NetworkGrants.None);
        Assert.StartsWith("127.0.0.1 is a private address", (await RefusedAsync(ungranted, "127.0.0.1", server.Port)).Message, StringComparison.Ordinal);
        Assert.Equal(3, _loggers.Lines.Count(line => line.Text.StartsWith("The sandbox asked for ", StringComparison.Ordinal)));
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Who_does_not_know_the_token_gets_nowhere()
    {
        await using var server = new ScriptedServer(Reply.Text("hello"));
        Open($"127.0.0.1:{server.Port}");
        Assert.StartsWith("HTTP/1.1 407 ", await AskAsync(new ConnectRequest("127.0.0.1", server.Port, new string('0', 64), IsPlain: true).ToString()), StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400 Refused\r\n\r\nThe first line is not CONNECT host:port HTTP/1.1.")]
    [InlineData("CONNECT shop.example HTTP/1.1\r\nProxy-Authorization: Bearer x\r\n\r\n", "HTTP/1.1 400 Refused\r\n\r\nThe target is not host:port.")]
    [InlineData("CONNECT *.example:443 HTTP/1.1\r\nProxy-Authorization: Bearer x\r\n\r\n", "HTTP/1.1 400 Refused\r\n\r\nThe target is not host:port.")]
    [InlineData("CONNECT shop.example:443 HTTP/1.1\r\nProxy-Authorization\r\n\r\n", "HTTP/1.1 400 Refused\r\n\r\nA header is not name: value.")]
    [InlineData("CONNECT shop.example:443 HTTP/1.1\r\n\r\n", "HTTP/1.1 400 Refused\r\n\r\nThe header Proxy-Authorization is missing.")]
    public async Task What_is_not_a_request_is_refused_with_a_reason(string text, string answer) => Assert.Equal(answer, await AskAsync(text));

    [Fact]
    public async Task A_head_without_end_is_read_no_further_than_its_room() =>
        Assert.Equal($"HTTP/1.1 400 Refused\r\n\r\nThe head has more than {ConnectRequest.MaxHead} bytes.", await AskAsync(new string('a', ConnectRequest.MaxHead)));

    [Fact]
    public async Task A_head_that_does_not_come_is_waited_for_ten_seconds()
    {
        await using var stream = await ConnectAsync();
        await stream.WriteAsync("CONNECT "u8.ToArray());
        await Eventually.TrueAsync(() => _clock.IsWaitedFor(TimeSpan.FromSeconds(10)), () => "nobody waits");
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.True(await IsOverAsync(stream));
    }

    [Fact]
    public async Task A_tunnel_in_which_nothing_moves_is_closed_after_two_minutes()
    {
        await using var server = new ScriptedServer(Reply.Silence);
        await using var stream = await DialAsync(Open($"127.0.0.1:{server.Port}"), "127.0.0.1", server.Port);
        await Eventually.TrueAsync(() => _clock.IsWaitedFor(EgressTunnel.Idle), () => "nobody waits");
        _clock.Advance(TimeSpan.FromMinutes(1));
        await stream.WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        await Eventually.TrueAsync(() => server.Requests.Count == 1 && _clock.IsWaitedFor(EgressTunnel.Idle), () => "the word did not put the end off");
        _clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(0, await stream.ReadAsync(new byte[1]));
    }

    [Fact]
    public async Task What_a_component_has_open_is_closed_with_it()
    {
        await using var server = new ScriptedServer(Reply.Silence);
        var token = Open($"127.0.0.1:{server.Port}");
        await using var stream = await DialAsync(token, "127.0.0.1", server.Port);
        _proxy.Close(token);
        Assert.Equal(0, await stream.ReadAsync(new byte[1]));
        await Assert.ThrowsAsync<IOException>(() => DialAsync(token, "127.0.0.1", server.Port));
    }

    [Fact]
    public async Task There_is_an_end_to_the_tunnels()
    {
        var held = new List<Stream>();
        try
        {
            for (var i = 0; i < EgressProxy.MostTunnels; i++)
            {
                held.Add(await ConnectAsync());
            }

            await Eventually.TrueAsync(() => _proxy.Tunnels == EgressProxy.MostTunnels, () => $"{_proxy.Tunnels} tunnels");
            await using var one = await ConnectAsync();
            Assert.StartsWith("HTTP/1.1 503 ", await ReadAllAsync(one), StringComparison.Ordinal);
            var refused = await Assert.ThrowsAsync<IOException>(() => DialAsync("any", "127.0.0.1", 1));
            Assert.StartsWith("128 connections of this plugin are open already", refused.Message, StringComparison.Ordinal);
        }
        finally
        {
            held.ForEach(stream => stream.Dispose());
        }

        await Eventually.TrueAsync(() => _proxy.Tunnels == 0, () => $"{_proxy.Tunnels} tunnels");
        Assert.StartsWith("HTTP/1.1 400 ", await AskAsync("x\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Either_side_may_end_first_and_the_other_is_heard_to_its_end()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var accepting = listener.AcceptTcpClientAsync();
        await using var stream = await DialAsync(Open($"127.0.0.1:{port}"), "127.0.0.1", port);
        using var server = await accepting;
        await stream.WriteAsync("ask"u8.ToArray());
        ((NetworkStream)stream).Socket.Shutdown(SocketShutdown.Send);
        Assert.Equal("ask", await ReadAllAsync(server.GetStream()));
        await server.GetStream().WriteAsync("answer"u8.ToArray());
        server.Client.Shutdown(SocketShutdown.Send);
        Assert.Equal("answer", await ReadAllAsync(stream));
    }

    /// <summary>CI_FUZZ_SECONDS makes it longer, CI_FUZZ_SEED repeats a failure.</summary>
    [Fact]
    public void Whatever_comes_the_parser_gives_a_request_or_a_clear_refusal()
    {
        var seconds = double.Parse(Environment.GetEnvironmentVariable("CI_FUZZ_SECONDS") ?? "2", System.Globalization.CultureInfo.InvariantCulture);
        var until = TimeProvider.System.GetUtcNow().AddSeconds(seconds);
        var well = new ConnectRequest("shop.example", 443, "ABCDEF", IsPlain: true).ToString();
        for (var seed = int.Parse(Environment.GetEnvironmentVariable("CI_FUZZ_SEED") ?? "1", System.Globalization.CultureInfo.InvariantCulture); TimeProvider.System.GetUtcNow() < until; seed++)
        {
            var text = Bench.Fuzz.Mutations.Apply(Encoding.Latin1.GetBytes(well), new Random(seed));
            try
            {
                var request = ConnectRequest.Parse(Encoding.Latin1.GetString(text));
                Assert.Equal(request, ConnectRequest.Parse(request.ToString()[..^4]));
            }
            catch (ProtocolException)
            {
                // A clear refusal.
            }
            catch (Exception error)
            {
                Assert.Fail($"Seed {seed}: {error}");
            }
        }
    }

    private string Open(string declared) => Open([declared], new NetworkGrants([], ["127.0.0.1/32"]));

    private string Open(string[] declared, NetworkGrants grants) =>
        _proxy.Open(new NetworkRules("test.web", new AllowedHosts(declared, "{}"u8.ToArray()), grants), _loggers.CreateLogger("http"));

    private async Task<Stream> DialAsync(string token, string host, int port) => await new ProxyDialer(_proxy.Address, token).DialAsync(host, port, isPlain: true, default);

    private async Task<PluginException> RefusedAsync(string token, string host, int port) => await Assert.ThrowsAsync<PluginException>(() => DialAsync(token, host, port));

    private static async Task<string> GetAsync(Stream stream)
    {
        await stream.WriteAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
        return await ReadAllAsync(stream);
    }

    /// <summary>The end comes as a reset where what was sent had not been read: both are an end.</summary>
    private static async Task<bool> IsOverAsync(NetworkStream stream)
    {
        try
        {
            return await stream.ReadAsync(new byte[1]) == 0;
        }
        catch (IOException error) when (error.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset })
        {
            return true;
        }
    }

    private async Task<NetworkStream> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(_proxy.Address));
        return new NetworkStream(socket, ownsSocket: true);
    }

    private async Task<string> AskAsync(string text)
    {
        await using var stream = await ConnectAsync();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(text));
        return await ReadAllAsync(stream);
    }

    private static async Task<string> ReadAllAsync(Stream stream)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8, leaveOpen: true);
        return await reader.ReadToEndAsync();
    }
}
