using CustomerInsights.Connectors.Csv;
using CustomerInsights.Sdk;

namespace CustomerInsights.FilePlugins.Tests;

public sealed class ContosoTests
{
    private const string Streams = """
        { "streams": [
          { "name": "contacts", "path": "Contact.txt", "key": ["ContactId"] },
          { "name": "loyalty", "path": "Customer-Loyalty.txt", "key": ["LoyaltyId"] },
          { "name": "online", "path": "OnlinePurchases.txt", "key": ["PurchaseId"] },
          { "name": "pos", "path": "POSPurchases.txt", "key": ["PurchaseId"] },
          { "name": "reviews", "path": "WebsiteReviews_LinkedToEcommerceContacts.txt", "key": ["ReviewId"] } ] }
        """;

    [ContosoFact]
    public async Task All_five_files_are_read_without_a_rejected_row()
    {
        var context = new FakeContext(ContosoFactAttribute.Folder!);
        await using var connector = new CsvConnector();
        foreach (var (stream, rows) in new[] { ("contacts", 5000), ("loyalty", 5002), ("online", 12_369), ("pos", 20_024), ("reviews", 20_020) })
        {
            var run = await SourceRun.ReadAsync(connector, Streams, context, stream);
            Assert.Empty(run.Rejected.Select(rejected => rejected.Reason));
            Assert.Equal(rows, run.Records.Count);
            Assert.Equal(StreamOutcome.Complete, run.Ended.Outcome);
        }
    }

    [ContosoFact]
    public async Task Dates_of_birth_are_dates_in_both_formats()
    {
        await using ISourceConnector connector = new CsvConnector();
        var catalog = await connector.DiscoverAsync(SourceRun.Json(Streams), new FakeContext(ContosoFactAttribute.Folder!), CancellationToken.None);

        Assert.Equal("M/d/yyyy", Born("contacts").Format);
        Assert.Equal("yyyy-MM-dd", Born("loyalty").Format);
        Assert.Equal(FieldKind.Date, Born("contacts").Kind);
        Assert.Equal(FieldKind.Date, Born("loyalty").Kind);
        Assert.Empty(catalog.Warnings);

        FieldDescriptor Born(string stream) => catalog.Streams.Single(found => found.Name == stream).Fields.Single(field => field.Name == "DateOfBirth");
    }

    [ContosoFact]
    public async Task Without_streams_each_file_is_proposed()
    {
        await using ISourceConnector connector = new CsvConnector();
        var catalog = await connector.DiscoverAsync(SourceRun.Json("{}"), new FakeContext(ContosoFactAttribute.Folder!), CancellationToken.None);

        Assert.Equal(
            ["Contact", "Customer-Loyalty", "OnlinePurchases", "POSPurchases", "WebsiteReviews_LinkedToEcommerceContacts"],
            catalog.Streams.Select(stream => stream.Name));
        Assert.All(catalog.Streams, stream => Assert.True(stream.HasSyntheticKey));
        Assert.Contains(catalog.Warnings, warning => warning.Contains("name it as 'key'", StringComparison.Ordinal));
    }
}
