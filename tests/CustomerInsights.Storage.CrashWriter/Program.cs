using System.Globalization;
using CustomerInsights.Storage.CrashWriter;

// storage-crash-writer <directory> records|events <milliseconds between writes>
// Prints a line after each write that the store acknowledged, until it is killed or done.
var pause = TimeSpan.FromMilliseconds(int.Parse(args[2], CultureInfo.InvariantCulture));
await (args[1] switch
{
    "records" => Script.WriteRecordsAsync(args[0], pause, Console.Out, CancellationToken.None),
    "events" => Script.WriteEventsAsync(args[0], Console.Out, CancellationToken.None),
    _ => throw new InvalidOperationException($"'{args[1]}' is neither 'records' nor 'events'."),
});
