namespace CustomerInsights.Bench.Fuzz;

/// <summary>What a refusal must be to be of use to a person: a sentence, on one line, of bounded length.</summary>
internal static class Refusal
{
    internal static bool IsClear(string message) => message.Length is > 10 and < 1500 && !message.Any(char.IsControl);

    internal static InvalidOperationException Find(int seed, int round, Exception error) =>
        new($"Seed {seed}, round {round}: {error.GetType().Name} {error.Message[..Math.Min(error.Message.Length, 600)]}", error);

    // Not System.HashCode, which differs from one process to the next.
    internal static Random Generator(int seed, int round) => new(unchecked((seed * 486187739) + round));
}
