using System.Text.Json;
using CustomerInsights.Sdk;

namespace Faulty;

/// <summary>What goes wrong, where. Asked at the beginning of every call.</summary>
internal sealed class Fault
{
    private static readonly List<object> Kept = [];

    private readonly string _call;

    private Fault(string call, string how) => (_call, How) = (call, how);

    internal string How { get; }

    internal static Fault Read(ReadOnlyMemory<byte> configuration)
    {
        using var document = JsonDocument.Parse(configuration);
        return new(Text(document, "call"), Text(document, "how"));
    }

    internal bool Is(string call, string how) => _call == call && How == how;

    /// <summary>Does what was asked of this call, if this is the call.</summary>
    internal async ValueTask AtAsync(string call, CancellationToken cancellationToken)
    {
        if (_call != call)
        {
            return;
        }

        switch (How)
        {
            case "hang":
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(false);
                break;
            case "hangIgnoringCancellation":
                await new TaskCompletionSource().Task.ConfigureAwait(false);
                break;
            default:
                At(call);
                break;
        }
    }

    /// <summary>The same for calls that are not asynchronous.</summary>
    internal void At(string call)
    {
        if (_call != call)
        {
            return;
        }

        switch (How)
        {
            case "throw":
                throw new InvalidOperationException($"boom in {call}");
            case "throwOwn":
                throw new HostileException();
            case "throwKnown":
                throw new PluginException(FailureKind.Authentication, "The key was refused; make a new one.") { ConfigurationPath = "/key", RetryAfter = TimeSpan.FromSeconds(3) };
            case "block":
                new ManualResetEventSlim().Wait();
                break;
            case "leakThread":
                new Thread(() => new ManualResetEventSlim().Wait()) { IsBackground = true }.Start();
                break;
            case "leakTimer":
                Kept.Add(new Timer(_ => { }, null, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30)));
                break;
            case "leakEvent":
                AppDomain.CurrentDomain.ProcessExit += (_, _) => { };
                break;
        }
    }

    private static string Text(JsonDocument document, string name) =>
        document.RootElement.TryGetProperty(name, out var value) ? value.GetString()! : "";

    /// <summary>An exception of the plugin's own type that resists being looked at.</summary>
    private sealed class HostileException : Exception
    {
        public override string Message => throw new InvalidOperationException("no message for you");

        public override string ToString() => throw new InvalidOperationException("no text for you");
    }
}
