using System.Globalization;
using CustomerInsights.Emulators.Graph;
using CustomerInsights.Office365Plugins.Tests;

namespace CustomerInsights.Bench;

/// <summary>
/// A whole organisation through the Office 365 engagement plugin: 50 mailboxes of the Graph emulator over loopback HTTP, a full run, a later one of which nothing
/// is new, and every attribute of every account compared with a slow count.
/// </summary>
internal static class Office365Bench
{
    public static async Task<int> RunAsync(int items)
    {
        var organisation = new Organisation(3, 50, 400, items);
        await using var emulator = await GraphEmulator.StartAsync();
        organisation.Fill(emulator);
        var run = new EngagementRun(emulator);
        var begun = TimeProvider.System.GetTimestamp();
        var processor = Environment.CpuUsage.TotalTime;
        var result = await run.OnceAsync(organisation.Population);
        Say($"{organisation.Items:N0} items in 50 mailboxes: {TimeProvider.System.GetElapsedTime(begun).TotalSeconds:0.0} s, {(Environment.CpuUsage.TotalTime - processor).TotalSeconds:0.0} s of processor (the emulator's in it), {emulator.Journal.Count:N0} requests, at most {emulator.Peak} of one mailbox at once, {run.Context.StoredBytes / 1024d / 1024:0.0} MiB remembered.");

        var wrong = 0;
        var known = new Oracle(organisation).Totals();
        foreach (var (i, contact) in organisation.Contacts.Index())
        {
            var values = result.Results[string.Create(CultureInfo.InvariantCulture, $"p{i:00000}")].Values;
            wrong += known.GetValueOrDefault(contact.Account) is { } expected ? expected.Count(pair => values?[pair.Key].ToString() != pair.Value) : values is null ? 0 : 1;
        }

        Say($"{known.Count:N0} accounts, {organisation.Contacts.Count:N0} contacts, {known.Values.First().Count} columns each: {wrong} differ from the slow count.");
        begun = TimeProvider.System.GetTimestamp();
        emulator.Forget();
        await run.OnceAsync(new TestPopulation(Organisation.Now.AddHours(1), organisation.Population.Profiles, 100));
        Say($"An hour later: {TimeProvider.System.GetElapsedTime(begun).TotalSeconds:0.0} s, {emulator.Journal.Count:N0} requests.");
        return wrong == 0 ? 0 : 1;
    }

    private static void Say(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
