using System.Globalization;
using CustomerInsights.Emulators.Graph;

// dotnet run -- [URL] [MAILBOXES]
await using var emulator = await GraphEmulator.StartAsync(url: args.ElementAtOrDefault(0) ?? "http://127.0.0.1:5081");
var options = new EmulatorOptions();
for (var i = 1; i <= int.Parse(args.ElementAtOrDefault(1) ?? "3", CultureInfo.InvariantCulture); i++)
{
    emulator.Tenant.Add(new EmulatedUser($"u{i}", $"u{i}@contoso.example", $"u{i}@contoso.example"));
}

await Console.Out.WriteLineAsync($"Graph at {emulator.Address}: tenant {options.Tenant}, client {options.ClientId}, secret '{options.ClientSecret}', {emulator.Tenant.Users.Count} empty mailboxes, u1@contoso.example and on.");
await emulator.WaitAsync(CancellationToken.None);
