using CustomerInsights.Plugins.Desired;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Packaging;
using CustomerInsights.Plugins.Tests.Kit;
using CustomerInsights.Plugins.Trust;

namespace CustomerInsights.Plugins.Tests.Trust;

/// <summary>Who made a plugin decides where it may run; what is refused is refused, and nothing takes its place.</summary>
public sealed class IsolationChoiceTests
{
    private const IsolationMode InProcess = IsolationMode.InProcess;
    private const IsolationMode Process = IsolationMode.Process;
    private const IsolationMode Sandboxed = IsolationMode.SandboxedProcess;

    [Theory]
    [InlineData(PackageTrust.FirstParty, "InProcess", "InProcess Process SandboxedProcess", "")]
    [InlineData(PackageTrust.Verified, "Process", "Process SandboxedProcess InProcess", "InProcess")]
    [InlineData(PackageTrust.Known, "SandboxedProcess", "SandboxedProcess", "")]
    [InlineData(PackageTrust.Unsigned, "Process", "Process SandboxedProcess InProcess", "")]
    public void Each_trust_has_a_default_and_a_set(PackageTrust trust, string first, string allowed, string toAccept)
    {
        var choice = IsolationChoice.Decide(new DesiredPlugin("a.b"), Manifest(InProcess, Process, Sandboxed), trust);
        Assert.Equal((first, first), (choice.Mode.ToString(), choice.Default.ToString()));
        Assert.Equal(allowed, string.Join(' ', choice.Allowed));
        Assert.Equal(toAccept, string.Join(' ', choice.ToAccept));
        Assert.Equal(trust == PackageTrust.Unsigned, choice.Warning is not null);
    }

    [Fact]
    public void The_default_is_the_first_that_the_plugin_supports()
    {
        Assert.Equal(Sandboxed, IsolationChoice.Decide(null, Manifest(InProcess, Sandboxed), PackageTrust.Verified).Mode);
        Assert.Equal(Process, IsolationChoice.Decide(null, Manifest(Process, Sandboxed), PackageTrust.FirstParty).Mode);
    }

    [Fact]
    public void A_verified_publishers_plugin_runs_in_process_only_when_that_is_accepted()
    {
        var wish = new DesiredPlugin("a.b") { Isolation = InProcess };
        Assert.Equal(
            "plugins.json asks for isolation 'inProcess'; its publisher is verified, and such plugins run in process, the host's own, only when that is accepted. In process a crash of it ends the host, and it sees all that the host has in memory. Set \"isolation\": \"process\", or, if you accept that, \"acceptInProcess\": true.",
            Refused(wish, PackageTrust.Verified, InProcess, Process));
        Assert.Equal(InProcess, IsolationChoice.Decide(wish with { AcceptInProcess = true }, Manifest(InProcess, Process), PackageTrust.Verified).Mode);
    }

    [Fact]
    public void A_stranger_whom_nobody_has_verified_runs_in_the_sandbox_alone()
    {
        Assert.Equal(
            "plugins.json asks for isolation 'process'; its publisher's key is known, but nobody has verified whose it is, and such plugins run in 'sandboxedProcess' alone. Set \"isolation\": \"sandboxedProcess\". If you know the publisher, say \"trust\": \"verified\" of it in trust.json.",
            Refused(new DesiredPlugin("a.b") { Isolation = Process, AcceptInProcess = true }, PackageTrust.Known, Process, Sandboxed));
        Assert.StartsWith(
            "plugins.json names no isolation; the plugin supports inProcess, and its publisher's key is known, but nobody has verified",
            Refused(new DesiredPlugin("a.b"), PackageTrust.Known, InProcess), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_signed_runs_in_process_when_that_is_named_and_not_by_itself()
    {
        Assert.Equal(InProcess, IsolationChoice.Decide(new DesiredPlugin("a.b") { Isolation = InProcess }, Manifest(InProcess), PackageTrust.Unsigned).Mode);
        Assert.EndsWith("Name it: \"isolation\": \"inProcess\", if you trust it that far.", Refused(new DesiredPlugin("a.b"), PackageTrust.Unsigned, InProcess), StringComparison.Ordinal);
    }

    [Fact]
    public void Native_code_never_runs_in_process()
    {
        var manifest = Manifest(InProcess, Process) with { Capabilities = new ManifestCapabilities { NativeCode = true } };
        Assert.Equal(Process, IsolationChoice.Decide(null, manifest, PackageTrust.FirstParty).Mode);
        Assert.Contains("native code", IsolationChoice.Decide(new DesiredPlugin("a.b") { Isolation = InProcess }, manifest, PackageTrust.FirstParty).Objection, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_development_folder_runs_in_a_worker_until_something_else_is_named_and_says_that_it_is_not_signed()
    {
        await using var sandbox = new PluginSandbox();
        sandbox.Add("test.healthy");
        sandbox.WriteDesired("""{"plugins":[{"id":"test.healthy"}]}""");
        await sandbox.StartAsync(gate: new PackageGate(Path.Combine(sandbox.DataDirectory, "plugins"), new Nobody(), [sandbox.Root]));
        Assert.Equal((PluginState.Active, Process), (sandbox.Status("test.healthy").State, sandbox.Status("test.healthy").RunningIsolation));
        Assert.Contains("It is not signed", sandbox.Status("test.healthy").Isolation!.Warning, StringComparison.Ordinal);

        await sandbox.SetAsync("test.healthy", plugin => plugin with { Isolation = InProcess });
        await Eventually.TrueAsync(() => sandbox.Status("test.healthy").RunningIsolation == InProcess, () => sandbox.Status("test.healthy").Reason);
    }

    [Fact]
    public async Task A_publisher_that_loses_its_trust_loses_the_isolation_that_went_with_it()
    {
        await using var sandbox = new PluginSandbox();
        sandbox.Add("test.healthy");
        var gate = new Changing { Trust = PackageTrust.Verified };
        sandbox.WriteDesired("""{"plugins":[{"id":"test.healthy","isolation":"inProcess","acceptInProcess":true}]}""");
        await sandbox.StartAsync(gate: gate);
        Assert.Equal(PluginState.Active, sandbox.Status("test.healthy").State);
        gate.Trust = PackageTrust.Known;
        await sandbox.Host.LookAsync(CancellationToken.None);
        var status = sandbox.Status("test.healthy");
        Assert.Equal((PluginState.IsolationUnavailable, "isolation-refused", null), (status.State, status.Code, status.RunningVersion));
        Assert.Equal([Sandboxed], status.Isolation!.Allowed);

        // What cannot be told for a moment stops nothing that runs.
        gate.Trust = PackageTrust.Verified;
        await sandbox.Host.LookAsync(CancellationToken.None);
        gate.Trust = null;
        await sandbox.Host.LookAsync(CancellationToken.None);
        Assert.Equal(PluginState.Active, sandbox.Status("test.healthy").State);
    }

    private static string? Refused(DesiredPlugin wish, PackageTrust trust, params IsolationMode[] supported)
    {
        var choice = IsolationChoice.Decide(wish, Manifest(supported), trust);
        Assert.Null(choice.Mode);
        return choice.Objection;
    }

    private static PluginManifest Manifest(params IsolationMode[] supported) => new()
    {
        Id = "a.b",
        Version = "1.0.0",
        Name = "A",
        Publisher = new("a", "A"),
        License = "MIT",
        Sdk = "[1.0.0,2.0.0)",
        Entry = new("lib/A.dll"),
        Contributes = [],
        Isolation = new ManifestIsolation { Supported = supported, Preferred = supported[0] },
    };

    private sealed class Nobody : ITrustSource
    {
        public ValueTask<TrustSet> ReadAsync(CancellationToken cancellationToken) => new(new TrustSet([]));
    }

    private sealed class Changing : IPackageGate
    {
        internal PackageTrust? Trust { get; set; }

        public ValueTask<PackageObjection?> JudgeAsync(PluginPackage package, CancellationToken cancellationToken) => new((PackageObjection?)null);

        public ValueTask<PackageObjection?> JudgeRunningAsync(PluginPackage package, CancellationToken cancellationToken) => new((PackageObjection?)null);

        public ValueTask<PackageTrust?> TrustAsync(PluginPackage package, CancellationToken cancellationToken) => new(Trust);
    }
}
