using CustomerInsights.Host.Commands;
using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests;

/// <summary>Slips on the command line, found in review.</summary>
public sealed class ReviewCommandTests
{
    [Theory]
    [InlineData("--address", "no-such-host")]
    [InlineData("--address", "*")]
    [InlineData("--port", "65536")]
    [InlineData("--port", "-1")]
    [InlineData("--data", "")]
    public async Task What_cannot_be_listened_at_is_refused_before_anything_starts(string option, string value)
    {
        var directory = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N"));
        Assert.Equal(1, await CommandLine.RunAsync(option == "--data" ? ["serve", option, value] : ["serve", "--data", directory, option, value]));
        Assert.False(Directory.Exists(directory));
    }

    [Theory]
    [InlineData("http://0.0.0.0:5080", "http://127.0.0.1:5080")]
    [InlineData("http://[::]:5080", "http://[::1]:5080")]
    [InlineData("http://192.168.0.7:5080", "http://192.168.0.7:5080")]
    public void A_host_that_listens_everywhere_is_asked_at_this_machine(string listens, string asked) => Assert.Equal(asked, RunningHost.Reachable(listens));

    [Fact]
    public async Task A_new_data_directory_is_its_owners_alone()
    {
        var directory = Path.Combine(Path.GetTempPath(), "ci-" + Guid.NewGuid().ToString("N"));
        await using var app = await RunningApp.StartAsync(directory);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(directory));
        }
    }
}
