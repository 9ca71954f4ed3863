using System.Globalization;
using CustomerInsights.Emulators.Dataverse;

// dotnet run -- [URL] [CONTACTS]
await using var emulator = await DataverseEmulator.StartAsync(url: args.ElementAtOrDefault(0) ?? "http://127.0.0.1:5080");
var options = new EmulatorOptions();
emulator.Organisation.AddContacts(int.Parse(args.ElementAtOrDefault(1) ?? "1000", CultureInfo.InvariantCulture));
await Console.Out.WriteLineAsync($"Dataverse at {emulator.Address}: client {options.ClientId}, secret '{options.ClientSecret}', {emulator.Organisation.Contacts.Count} contacts, the first is {Organisation.ContactId(1)}.");
await emulator.WaitAsync(CancellationToken.None);
