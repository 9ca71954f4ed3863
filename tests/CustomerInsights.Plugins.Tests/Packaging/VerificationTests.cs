using CustomerInsights.Plugins.Packaging;
using CustomerInsights.Plugins.Tests.Kit;
using CustomerInsights.Plugins.Trust;

namespace CustomerInsights.Plugins.Tests.Packaging;

public sealed class VerificationTests : IDisposable
{
    private readonly Packages _packages = new();

    public void Dispose() => _packages.Dispose();

    [Fact]
    public async Task A_signed_package_of_a_known_publisher_is_valid()
    {
        var verdict = await VerdictAsync(_packages.Trusting());
        Assert.Equal(PackageState.Valid, verdict.State);
        Assert.Equal("Signed by Test Ltd with 'test-2026a'.", verdict.Message);
        Assert.Equal(PublisherTrust.Verified, verdict.Trust);
    }

    [Fact]
    public async Task Nobody_signs_for_another_publisher()
    {
        var trust = new TrustSet([new TrustDocument { Publishers = [new TrustedPublisher("other", "Other", PublisherTrust.Verified, [_packages.Key.Public])] }]);
        Assert.Equal(PackageState.UnknownPublisher, (await VerdictAsync(trust)).State);
    }

    [Fact]
    public async Task A_revoked_key_is_refused_with_the_reason_even_for_what_it_signed_before()
    {
        var verdict = await VerdictAsync(_packages.Trusting(key => key with { RevokedUtc = Packages.Now.AddDays(1), RevokedReason = "stolen" }));
        Assert.Equal(PackageState.Revoked, verdict.State);
        Assert.Contains("stolen", verdict.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_signed_after_a_keys_end_is_refused_and_what_was_signed_before_stays()
    {
        Assert.Equal(PackageState.UnknownPublisher, (await VerdictAsync(_packages.Trusting(key => key with { NotAfterUtc = Packages.Now.AddDays(-1) }))).State);
        Assert.Equal(PackageState.Valid, (await VerdictAsync(_packages.Trusting(key => key with { NotAfterUtc = Packages.Now }))).State);
    }

    [Fact]
    public async Task A_package_without_a_signature_is_unsigned() =>
        Assert.Equal(PackageState.Unsigned, (await VerdictAsync(_packages.Trusting(), await _packages.PackAsync(signed: false))).State);

    [Fact]
    public async Task A_new_key_is_trusted_by_the_word_of_the_old_one_and_by_nobody_elses()
    {
        using var next = SigningKey.Create("test-2027a");
        using var thief = SigningKey.Create("test-2026a");
        var package = await _packages.PackAsync(key: next);
        var good = KeyRotation.Issue("test", _packages.Key, next.Public, Packages.Now);
        Assert.Equal(PackageState.Valid, (await VerdictAsync(_packages.Trusting(null, good), package)).State);
        Assert.Equal(PackageState.UnknownPublisher, (await VerdictAsync(_packages.Trusting(null, KeyRotation.Issue("test", thief, next.Public, Packages.Now)), package)).State);
        Assert.Equal(PackageState.UnknownPublisher, (await VerdictAsync(_packages.Trusting(key => key with { RevokedUtc = Packages.Now }, good), package)).State);
    }

    [Fact]
    public async Task Changed_missing_and_added_files_are_all_named()
    {
        var folder = await _packages.InstallAsync(await _packages.PackAsync());
        File.AppendAllText(Path.Combine(folder, "plugin.json"), " ");
        File.Delete(Path.Combine(folder, "lib", "Healthy.dll"));
        File.WriteAllText(Path.Combine(folder, "lib", "Extra.dll"), "x");
        var verdict = await InstalledPackage.VerifyAsync(folder, _packages.Trusting(), CancellationToken.None);
        Assert.Equal(PackageState.Modified, verdict.State);
        Assert.Equal(["lib/Extra.dll (added)", "lib/Healthy.dll (missing)", "plugin.json"], verdict.ModifiedFiles.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_list_that_was_changed_with_the_files_does_not_fit_its_signature()
    {
        var folder = await _packages.InstallAsync(await _packages.PackAsync());
        var list = Path.Combine(folder, "META", "files.json");
        File.WriteAllText(list, File.ReadAllText(list).Replace("lib/", "bin/", StringComparison.Ordinal));
        var verdict = await InstalledPackage.VerifyAsync(folder, _packages.Trusting(), CancellationToken.None);
        Assert.Equal(PackageState.Modified, verdict.State);
        Assert.Equal(["META/files.json"], verdict.ModifiedFiles);
    }

    [Fact]
    public async Task A_valid_package_under_another_id_or_version_is_modified()
    {
        var folder = await _packages.InstallAsync(await _packages.PackAsync(), id: "test.other");
        Assert.Equal(PackageState.Modified, (await InstalledPackage.VerifyAsync(folder, _packages.Trusting(), CancellationToken.None)).State);
    }

    [Fact]
    public async Task An_installed_package_runs_when_it_is_valid_and_is_judged_again_at_every_activation()
    {
        await using var sandbox = new PluginSandbox();
        using (var archive = Packages.Open(await _packages.PackAsync()))
        {
            await archive.ExtractAsync(Path.Combine(sandbox.Root, "test.healthy", "1.0.0"), null, CancellationToken.None);
        }

        sandbox.Add("test.faulty");
        await sandbox.StartAsync(gate: new PackageGate(sandbox.Root, new FixedTrust(_packages.Trusting())));
        Assert.Equal(PluginState.Active, sandbox.Status("test.healthy").State);
        Assert.Equal((PluginState.Untrusted, "unsigned"), (sandbox.Status("test.faulty").State, sandbox.Status("test.faulty").Code));

        File.AppendAllText(Path.Combine(sandbox.Root, "test.healthy", "1.0.0", "README.md"), "changed");
        await sandbox.Host.ReloadAsync("test.healthy", CancellationToken.None);
        var status = sandbox.Status("test.healthy");
        Assert.Equal(PluginState.Modified, status.State);
        Assert.Contains("README.md", status.Reason, StringComparison.Ordinal);
        Assert.Null(status.RunningVersion);
    }

    [Fact]
    public async Task A_mistake_in_the_trust_file_is_told_with_its_place()
    {
        var path = Path.Combine(_packages.Folder, "trust.json");
        File.WriteAllText(path, """{ "publishers": [ { "id": "acme" } ] }""");
        var error = await Assert.ThrowsAsync<PackageException>(() => new TrustFile(path).ReadAsync(CancellationToken.None).AsTask());
        Assert.Contains("trust.json cannot be read", error.Message, StringComparison.Ordinal);
    }

    private async Task<PackageVerdict> VerdictAsync(TrustSet trust, byte[]? package = null) =>
        await InstalledPackage.VerifyAsync(await _packages.InstallAsync(package ?? await _packages.PackAsync()), trust, CancellationToken.None);
}

/// <summary>Trusts as it was made.</summary>
internal sealed class FixedTrust(TrustSet trust) : ITrustSource
{
    public ValueTask<TrustSet> ReadAsync(CancellationToken cancellationToken) => new(trust);
}
