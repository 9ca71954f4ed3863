using CustomerInsights.Emulators.Dataverse;
using CustomerInsights.Exports.Dataverse;
using CustomerInsights.Exports.Dynamics365Sales;
using CustomerInsights.Sdk;

namespace CustomerInsights.DynamicsPlugins.Tests;

public sealed class ConnectionTests
{
    [Fact]
    public async Task A_check_signs_in_asks_who_it_is_and_changes_nothing()
    {
        await using var emulator = await DataverseEmulator.StartAsync();
        var result = await new ExportRun(new SalesExport(), emulator).CheckAsync();

        Assert.Equal(["Settings are right", "Sign-in works (WhoAmI)", "Marketing lists can be read"], result.Items.Select(item => item.Name));
        Assert.True(result.Ok);
        Assert.Equal(0, emulator.Writes);
    }

    [Fact]
    public async Task A_wrong_secret_is_told_as_such()
    {
        await using var emulator = await DataverseEmulator.StartAsync(new EmulatorOptions { ClientSecret = "another-secret" });
        var item = (await new ExportRun(new SalesExport(), emulator).CheckAsync()).Items[^1];

        Assert.Equal((false, FailureKind.Authentication, "/clientSecret"), (item.Ok, item.Kind, item.ConfigurationPath));
        Assert.DoesNotContain("secret-of-the-emulator", item.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_secret_goes_to_no_sign_in_service_that_a_server_makes_up()
    {
        await using var emulator = await DataverseEmulator.StartAsync();
        var run = new ExportRun(new SalesExport(), emulator);
        run.Settings["signInAddress"] = null;

        var item = (await run.CheckAsync()).Items[^1];

        Assert.Equal((false, FailureKind.Configuration, "/signInAddress"), (item.Ok, item.Kind, item.ConfigurationPath));
        Assert.Equal(0, run.Context.Revealed);
    }

    [Fact]
    public async Task A_missing_privilege_is_told_as_such()
    {
        await using var emulator = await DataverseEmulator.StartAsync();
        emulator.Script = request => request.Path.EndsWith("/lists", StringComparison.Ordinal) ? new EmulatedFault(FaultKind.Denied) : null;

        var item = (await new ExportRun(new SalesExport(), emulator).CheckAsync()).Items[^1];

        Assert.Equal(("Marketing lists can be read", FailureKind.Authentication), (item.Name, item.Kind));
        Assert.Contains("0x80040220", item.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("serverAddress", "http://contoso.crm4.dynamics.com", "/serverAddress")]
    [InlineData("serverAddress", "https://ann:pw@contoso.crm4.dynamics.com", "/serverAddress")]
    [InlineData("signInAddress", "http://login.example", "/signInAddress")]
    [InlineData("tenantId", "a/../b", "/tenantId")]
    [InlineData("listName", "{list}", "/listName")]
    [InlineData("clientId", " ", "/clientId")]
    public async Task A_setting_that_cannot_be_right_is_refused_at_its_place(string name, string value, string path)
    {
        await using var emulator = await DataverseEmulator.StartAsync();
        var run = new ExportRun(new SalesExport(), emulator);
        run.Settings[name] = value;

        var failure = Assert.Throws<PluginException>(() => new SalesExport().Describe(run.Configuration));

        Assert.Equal((FailureKind.Configuration, path), (failure.Kind, failure.ConfigurationPath));
    }

    [Fact]
    public void The_pace_halves_at_a_refusal_and_grows_with_good_answers()
    {
        var pace = new Pace(new LeapingClock());
        Good(100);
        Assert.Equal((Pace.Most, Pace.LargestChunk), (pace.Allowed, pace.Chunk));

        pace.SlowDown(TimeSpan.FromSeconds(3), smaller: true);
        pace.SlowDown(TimeSpan.FromSeconds(3), smaller: true);
        Assert.Equal((5, 500), (pace.Allowed, pace.Chunk));

        Good(8);
        Assert.Equal((6, 600), (pace.Allowed, pace.Chunk));

        void Good(int count)
        {
            for (var i = 0; i < count; i++)
            {
                Assert.True(pace.EnterAsync(CancellationToken.None).AsTask().Wait(TimeSpan.FromSeconds(10)));
                pace.Leave(good: true);
            }
        }
    }
}
