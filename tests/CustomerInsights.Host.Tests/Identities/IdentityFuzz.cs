using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Nodes;

namespace CustomerInsights.Host.Tests.Identities;

/// <summary>
/// Random events and files, brought in two orders with runs and steps of the follower in between: the profiles are the same, each event is on one of
/// them, and a run that comes when all is followed changes nothing.
/// </summary>
[SuppressMessage("Security", "CA5394", Justification = "A generator of test data must be repeatable, not secret.")]
internal sealed class IdentityFuzz
{
    private static readonly string[] s_values = ["v0", "v1", "v2", "null"];

    /// <summary>Rounds in which events tied more than one record.</summary>
    public int Merged { get; private set; }

    public async Task RoundAsync(int seed, int round)
    {
        var random = new Random(unchecked((seed * 486187739) + round));
        var identity = JsonNode.Parse(random.Next(3) == 0 ? """{ "unknownVisitors": "keep" }""" : """{ "types": [{ "type": "user_id", "limit": 1 }, { "type": "email", "limit": 2 }, { "type": "phone", "merges": "low" }, { "type": "anonymous_id", "limit": 3 }] }""")!.AsObject();
        var steps = Enumerable.Range(0, random.Next(8, 22)).Select(i => Step(random, i)).ToArray();
        var first = await PlayAsync(identity, steps, random);
        random.Shuffle(steps);
        var second = await PlayAsync(identity, steps, random);
        IdentityWorld.Require(first == second, $"seed {seed}, round {round}: one order gives\n{first}\nand another\n{second}");
        Merged += first.Split('\n').Any(line => line.Split(" | ")[0].Contains(' ', StringComparison.Ordinal)) ? 1 : 0;
    }

    private static async Task<string> PlayAsync(JsonObject identity, Func<IdentityWorld, Task>[] steps, Random random)
    {
        await using var world = await IdentityWorld.OpenAsync((JsonObject)identity.DeepClone());
        foreach (var step in steps)
        {
            await step(world);
            switch (random.Next(6))
            {
                case 0:
                    await world.FollowAsync();
                    break;
                case 1:
                    // Not followed before: the run and the follower see the same events.
                    await world.RunAsync();
                    await world.FollowAsync();
                    await world.CheckAsync();
                    break;
            }
        }

        await world.FollowAsync();
        await world.RunAsync();
        await world.FollowAsync();
        await world.CheckAsync();
        var before = await world.StateAsync(ids: true);
        var run = await world.RunAsync();
        IdentityWorld.Require(run.Changed == 0 && before == await world.StateAsync(ids: true), $"a run after all was followed changed {run.Changed} profiles: {run.Summary}");
        return await world.StateAsync();
    }

    private static Func<IdentityWorld, Task> Step(Random random, int number)
    {
        var source = random.Next(4) == 0 ? "app" : "web";
        var (user, anonymous, second) = ("u" + random.Next(4), "a" + random.Next(6), random.Next(100));
        (string, string)[] traits = random.Next(3) == 0 ? [] : [(random.Next(3) == 0 ? "phone" : "email", s_values[random.Next(s_values.Length)])];
        var name = number.ToString(CultureInfo.InvariantCulture);
        return random.Next(10) switch
        {
            0 or 1 => world => world.TrackAsync(source, "e" + name, null, anonymous, second),
            2 => world => world.TrackAsync(source, "e" + name, user, anonymous, second),
            3 => world => world.TrackAsync(source, "e" + name, user, null, second),
            4 or 5 => world => world.IdentifyAsync(source, user, anonymous, second, traits),
            6 => world => world.IdentifyAsync(source, null, anonymous, second, traits),
            7 => world => world.AliasAsync(source, user, "u" + ((user[1] + 1) % 4), second),
            _ => world => world.ImportAsync("c" + name, [.. traits, ("name", "Person " + name)]),
        };
    }
}
