namespace CustomerInsights.Worker;

/// <summary>Ends this process when the host is gone, whatever the plugin does with the thread pool.</summary>
internal static class HostDeath
{
    /// <summary>Waits on a thread of its own for the end of standard input: the host holds it open for as long as it lives.</summary>
    // Not PR_SET_PDEATHSIG: it fires when the thread that started us ends, and in the host that is a thread of the pool.
    internal static void Watch() => new Thread(static () =>
    {
        try
        {
            using var input = Console.OpenStandardInput();
            Span<byte> nothing = stackalloc byte[64];
            while (input.Read(nothing) > 0)
            {
                // Nothing more is expected; what comes is ignored.
            }
        }
        catch (IOException)
        {
            // As good as an end.
        }

        // Time for the orderly way, which begins with the end of the connection at the same moment.
        Thread.Sleep(TimeSpan.FromSeconds(1));
        Environment.Exit(0);
    })
    {
        IsBackground = true,
        Name = "host death",
    }.Start();
}
