return await CustomerInsights.Host.Commands.CommandLine.RunAsync(args);
