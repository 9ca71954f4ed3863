using CustomerInsights.Plugins.Tests.Kit;
using CustomerInsights.Plugins.Workers;

namespace CustomerInsights.Plugins.Tests.Workers;

public sealed class RestartPolicyTests
{
    private readonly ManualTimeProvider _clock = new(DateTimeOffset.UnixEpoch);

    [Fact]
    public void The_waits_double_to_a_minute_and_five_ends_in_ten_minutes_are_too_many()
    {
        var policy = new RestartPolicy(_clock, () => 0);
        double[] waits = [1, 2, 4, 8];
        foreach (var wait in waits)
        {
            policy.Started();
            Assert.False(policy.Ended());
            Assert.Equal(TimeSpan.FromSeconds(wait), policy.NotBefore - _clock.GetUtcNow());
        }

        policy.Started();
        Assert.True(policy.Ended());
    }

    [Fact]
    public void A_run_of_five_minutes_begins_a_new_count_and_old_ends_are_forgotten()
    {
        var policy = new RestartPolicy(_clock, () => 0);
        for (var i = 0; i < 20; i++)
        {
            policy.Started();
            _clock.Advance(TimeSpan.FromMinutes(5));
            Assert.False(policy.Ended());
            Assert.Equal(TimeSpan.FromSeconds(1), policy.NotBefore - _clock.GetUtcNow());
        }
    }

    [Fact]
    public void The_longest_wait_is_a_minute_and_jitter_takes_off_up_to_a_fifth()
    {
        var policy = new RestartPolicy(_clock, () => 1);
        for (var i = 0; i < 20; i++)
        {
            policy.Started();
            _clock.Advance(TimeSpan.FromMinutes(3));
            policy.Ended();
        }

        Assert.Equal(TimeSpan.FromSeconds(48), policy.NotBefore - _clock.GetUtcNow());
    }
}
