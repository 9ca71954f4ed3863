using System.Net.Sockets;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Storage;
using CustomerInsights.Storage.Access;

namespace CustomerInsights.Host.Commands;

/// <summary><c>customer-insights serve</c>.</summary>
internal static class ServeCommand
{
    public static async Task<int> RunAsync(HostSettings settings, string? sample, CancellationToken cancellationToken)
    {
        WebApplication app;
        try
        {
            app = await InsightsApp.BuildAsync(settings, TimeProvider.System, null, cancellationToken);
        }
        catch (Exception error) when (StartFailure(error) is { } message)
        {
            await Console.Error.WriteLineAsync(message);
            return 1;
        }

        await using (app)
        {
            try
            {
                await InsightsApp.StartAsync(app, cancellationToken);
            }
            catch (Exception error) when (ListenFailure(error, settings.Url) is { } message)
            {
                await Console.Error.WriteLineAsync(message);
                return 1;
            }

            try
            {
                var host = RunningHost.Find(settings.DataDirectory)!;
                if (sample is not null && !await SampleData.LoadAsync(settings, host, sample, cancellationToken))
                {
                    return 1;
                }

                await PrintFirstKeyAsync(app, cancellationToken);
                Console.WriteLine($"Customer Insights is running. Open {host.Url}");
                Console.WriteLine("Stop it with Ctrl+C.");
                await app.WaitForShutdownAsync(cancellationToken);
            }
            finally
            {
                RunningHost.Remove(settings.DataDirectory);
            }
        }

        return 0;
    }

    /// <summary>The very first start makes one admin key and prints it; it is shown now and never again.</summary>
    private static async Task PrintFirstKeyAsync(WebApplication app, CancellationToken cancellationToken)
    {
        if ((await app.Services.GetRequiredService<IApiKeyStore>().ListAsync(cancellationToken)).Count > 0)
        {
            return;
        }

        var (_, text) = await app.Services.GetRequiredService<ApiKeys>().CreateAsync("first admin", Roles.Admin, "system", cancellationToken);
        Console.WriteLine("This admin key is shown once. Keep it:");
        Console.WriteLine($"  {text}");
    }

    internal static string? StartFailure(Exception error) => error switch
    {
        StoreInUseException or StoreTooNewException => error.Message,
        UnauthorizedAccessException or IOException => $"The data directory cannot be used: {error.Message}",
        _ => null,
    };

    private static string? ListenFailure(Exception error, string url) => error switch
    {
        IOException { InnerException: Microsoft.AspNetCore.Connections.AddressInUseException } => $"{url} is in use. Choose another port with --port.",
        SocketException { SocketErrorCode: SocketError.AddressNotAvailable } => $"{url}: this machine has no such address. Choose one of its own with --address.",
        SocketException { SocketErrorCode: SocketError.AccessDenied } => $"{url}: you may not listen there. Choose a port above 1023 with --port.",
        SocketException socket => $"{url}: {socket.Message}. Choose another with --address and --port.",
        _ => null,
    };
}
