using Microsoft.Extensions.Logging;

namespace Healthy;

/// <summary>A service of the plugin, with the typed logger that must come from the plugin's own container.</summary>
public sealed partial class Greeter(ILogger<Greeter> log)
{
    public string Greet(string name)
    {
        LogGreeting(log, name.Length);
        return $"Hello {name}";
    }

    [LoggerMessage(1, LogLevel.Information, "Greeted a name of {Length} letters.")]
    private static partial void LogGreeting(ILogger logger, int length);
}
