using System.Net;
using CustomerInsights.Host.Features.Columns;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Tests.Kit;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerInsights.Host.Tests.Columns;

public sealed class ColumnAnswersTests
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Columns_answer_as_streaming_the_store_does()
    {
        await using var app = await Shop.OpenAsync();
        var model = await app.Services.GetRequiredService<MetadataService>().ModelAsync(default);
        var columns = Assert.IsType<ColumnAnswers>(app.Services.GetRequiredService<IPopulationAnswers>());
        var streamed = app.Services.GetRequiredService<StreamedAnswers>();
        foreach (var type in model.ProfileTypes.Keys)
        {
            var question = new PopulationQuestion(model, type, s_now);
            var segments = model.Segments.Where(segment => segment.Document.ProfileType == type).ToList();
            var given = new Dictionary<string, long[]> { ["given"] = [1] };
            var (left, right) = (await columns.MembersAsync(question, segments, given, default), await streamed.MembersAsync(question, segments, given, default));
            Assert.Equal((right.Of, right.Members.Count), (left.Of, left.Members.Count));
            Assert.All(right.Members, pair => Assert.Equal(pair.Value, left.Members[pair.Key]));

            var business = model.Measures.Where(measure => measure.Document.ProfileType == type && measure.Document.Business).ToList();
            var (rows, slowly) = (await columns.BusinessAsync(question, business, default), await streamed.BusinessAsync(question, business, default));
            Assert.Equal(slowly.Select(Text), rows.Select(Text));

            var rules = model.Measures.Where(measure => measure.Document.ProfileType == type && !measure.Document.Business).Select(measure => measure.Rule).ToList();
            Assert.Equal(await ValuesAsync(streamed, question, rules), await ValuesAsync(columns, question, rules));
        }
    }

    [Fact]
    public async Task Changed_profiles_keep_their_place_and_some_are_answered_as_among_all()
    {
        await using var app = await Shop.OpenAsync();
        var (columns, streamed) = (app.Services.GetRequiredService<IPopulationAnswers>(), app.Services.GetRequiredService<StreamedAnswers>());
        var model = await app.Services.GetRequiredService<MetadataService>().ModelAsync(default);
        var question = new PopulationQuestion(model, "customer", s_now);
        List<Core.Rules.BoundRule> rules = [.. model.Measures.Where(measure => !measure.Document.Business).Select(measure => measure.Rule)];
        await ValuesAsync(columns, question, rules);

        // C2, in the middle, stands in a later part from now on.
        app.WriteFile("orders.csv", Shop.Orders.Replace("O3,C2,2026-01-03,7.00", "O3,C2,2026-01-03,8.00", StringComparison.Ordinal));
        await app.SucceedAsync();
        var all = await ValuesAsync(columns, question, rules);
        Assert.Equal(await ValuesAsync(streamed, question, rules), all);
        Assert.Contains(all, text => text.Contains("8.00", StringComparison.Ordinal));

        long[] numbers = [.. all.Select(text => long.Parse(text.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture)).Where((_, i) => i % 2 == 1), 999_999];
        var (some, slowly) = (await columns.ValuesOfAsync(question, rules, numbers, default), await streamed.ValuesOfAsync(question, rules, numbers, default));
        Assert.Equal(all.Where((_, i) => i % 2 == 1), some.Select(Text));
        Assert.Equal(slowly.Select(Text), some.Select(Text));
    }

    [Fact]
    public async Task A_sum_that_is_asked_while_data_changes_is_of_one_moment()
    {
        await using var app = await Shop.OpenAsync();
        var answers = app.Services.GetRequiredService<IPopulationAnswers>();
        var model = await app.Services.GetRequiredService<MetadataService>().ModelAsync(default);
        var question = new PopulationQuestion(model, "customer", s_now);
        List<MeasureModel> revenue = [model.Measures.Single(measure => measure.Name == "revenue")];
        async Task<string> AskAsync() => (await answers.BusinessAsync(question, revenue, default))[0][0].Value.ToString();
        Assert.Equal("157.30", await AskAsync());

        // Two orders of two people, in one file: never one without the other.
        app.WriteFile("orders.csv", Shop.Orders.Replace("100.10", "200.10", StringComparison.Ordinal).Replace("7.00", "1007.00", StringComparison.Ordinal));
        var refresh = app.SucceedAsync();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        do
        {
            seen.Add(await AskAsync());
        }
        while (!refresh.IsCompleted);
        await refresh;
        Assert.Equal("1257.30", await AskAsync());
        Assert.Empty(seen.Except(["157.30", "1257.30"]));
    }

    [Fact]
    public async Task The_status_tells_what_columns_hold_and_a_rebuild_is_a_job()
    {
        await using var app = await Shop.OpenAsync();
        var before = await app.GetAsync("/columns");
        var types = before["types"]!.AsObject();
        var counts = (await app.GetAsync("/profiles/counts"))["types"]!.AsObject();
        Assert.True(before["ready"]!.GetValue<bool>());
        Assert.All(counts, pair => Assert.Equal(pair.Value!.GetValue<long>(), types[pair.Key]!["profiles"]!.GetValue<long>()));
        Assert.All(counts, pair => Assert.True(types[pair.Key]!["bytesPerProfile"]!.GetValue<long>() > 24));

        var (status, job) = await app.SendAsync(HttpMethod.Post, "/columns/rebuild");
        Assert.Equal(HttpStatusCode.Accepted, status);
        Assert.Equal("succeeded", (await app.EndOfAsync(job!["jobId"]!.GetValue<string>())).Text("state"));
        var after = await app.GetAsync("/columns");
        Assert.All(after["types"]!.AsObject(), pair => Assert.Equal(0, pair.Value!["deadRows"]!.GetValue<long>()));
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(app.Directory, "columns"), "part-*.columns"));
    }

    private static string Text(ProfileValues profile) => $"{profile.Number} {profile.Id} {string.Join(',', profile.Values)}";

    private static string Text(IReadOnlyList<Core.Rules.BusinessRow> rows) => string.Join('\n', rows.Select(row => $"{string.Join(',', row.Dimensions)}: {row.Value}"));

    private static async Task<List<string>> ValuesAsync(IPopulationAnswers answers, PopulationQuestion question, IReadOnlyList<Core.Rules.BoundRule> rules)
    {
        var texts = new List<string>();
        await foreach (var profile in answers.ValuesAsync(question, rules, default))
        {
            texts.Add(Text(profile));
        }

        return texts;
    }
}
