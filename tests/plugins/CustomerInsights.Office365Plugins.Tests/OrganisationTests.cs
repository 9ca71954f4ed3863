using System.Globalization;
using CustomerInsights.Emulators.Graph;
using CustomerInsights.Enrichments.Office365Engagement;
using CustomerInsights.Sdk;

namespace CustomerInsights.Office365Plugins.Tests;

/// <summary>Organisations whose answers are known: every column of every account, in all and by month.</summary>
public sealed class OrganisationTests
{
    [Theory]
    [InlineData(1, 5, 12, 400)]
    [InlineData(2, 8, 40, 4_000)]
    [InlineData(3, 50, 400, 200_000)]
    public async Task Every_column_of_a_generated_organisation_is_as_counted_the_slow_way(int seed, int mailboxes, int accounts, int items)
    {
        var organisation = new Organisation(seed, mailboxes, accounts, items);
        await using var emulator = await GraphEmulator.StartAsync();
        organisation.Fill(emulator);
        var run = new EngagementRun(emulator);

        var result = await run.OnceAsync(organisation.Population);

        Assert.True(organisation.Items >= items);
        Assert.True(emulator.Peak <= 4, $"{emulator.Peak} requests of one mailbox were open at once.");
        Assert.True(emulator.PeakMailboxes <= 8, $"{emulator.PeakMailboxes} mailboxes were read at once.");
        var oracle = new Oracle(organisation);
        AssertSame(oracle.Totals(), organisation, contact => result.Results[contact].Values);
        foreach (var month in result.Rows.Select(row => row.PeriodStart).Distinct().Order())
        {
            var rows = result.Rows.Where(row => row.PeriodStart == month).ToDictionary(row => row.ProfileId, row => row.Values, StringComparer.Ordinal);
            AssertSame(oracle.Month(month), organisation, contact => rows.GetValueOrDefault(contact) is { } values ? Columns.Fields.Index().ToDictionary(field => field.Item.Name, field => values[field.Index], StringComparer.Ordinal) : null);
        }

        var texts = $"{run.Context.StoredText}\n{run.Context.Logged}\n{result.Digest()}\n{string.Join('\n', result.Report.Metrics)}";
        Assert.DoesNotContain(Organisation.Canary, texts, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(run.Context.Secret, texts, StringComparison.Ordinal);
    }

    private static void AssertSame(Dictionary<string, Dictionary<string, string>> expected, Organisation organisation, Func<string, IReadOnlyDictionary<string, FieldValue>?> found)
    {
        foreach (var (i, contact) in organisation.Contacts.Index())
        {
            var values = found(string.Create(CultureInfo.InvariantCulture, $"p{i:00000}"));
            var known = expected.GetValueOrDefault(contact.Account);
            Assert.Equal(known is null, values is null);
            foreach (var (name, value) in known ?? [])
            {
                Assert.True(value == values![name].ToString(), $"{contact.Account} {name}: counted {values[name]}, known {value}.");
            }
        }
    }
}
