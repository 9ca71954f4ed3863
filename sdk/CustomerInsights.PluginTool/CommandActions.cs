using System.CommandLine;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Packaging;

namespace CustomerInsights.PluginTool;

/// <summary>Gives a command its work: what is expected to fail is printed as a sentence, and never as a stack trace.</summary>
internal static class CommandActions
{
    internal static Command Does(this Command command, Func<ParseResult, CancellationToken, Task<int>> work)
    {
        command.SetAction(async (parsed, cancellationToken) =>
        {
            try
            {
                return await work(parsed, cancellationToken);
            }
            catch (Exception error) when (error is ToolException or PackageException or PluginCallException or IOException or UnauthorizedAccessException)
            {
                await Console.Error.WriteLineAsync(error.Message);
                return ExitCodes.Failed;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                await Console.Error.WriteLineAsync("Cancelled.");
                return ExitCodes.Cancelled;
            }
        });
        return command;
    }
}
