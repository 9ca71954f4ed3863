using CustomerInsights.Core.Unification.Linkage;
using CustomerInsights.Core.Unification.Linkage.Live;

namespace CustomerInsights.Core.Tests.Unification.Linkage;

/// <summary>Telephone numbers of a country become one spelling, however they are dialled.</summary>
public sealed class TelephoneTests
{
    [Theory]
    [InlineData("020 7946 0958", "GB", "+442079460958")]
    [InlineData("+44 (0)20 7946 0958 x12", "GB", "+442079460958")]
    [InlineData("0044 20 7946 0958", "GB", "+442079460958")]
    [InlineData("44 20 7946 0958", "GB", "+442079460958")]
    [InlineData("079460958", "GB", "79460958")]
    [InlineData("030/123456", "DE", "+4930123456")]
    [InlineData("+44 20 7946 0958", "DE", "+442079460958")]
    [InlineData("(510) 252-7692", "US", "+15102527692")]
    [InlineData("1-510-252-7692", "US", "+15102527692")]
    [InlineData("011 44 20 7946 0958", "US", "+442079460958")]
    [InlineData("0044 20 7946 0958", "US", "+442079460958")]
    [InlineData("252-7692", "US", "2527692")]
    [InlineData("01 42 68 53 00", "FR", "+33142685300")]
    [InlineData("06 698 51234", "IT", "+390669851234")]
    [InlineData("8 (916) 123-45-67", "RU", "+79161234567")]
    [InlineData("06 1 234 5678", "HU", "+3612345678")]
    [InlineData("612 345 678", "ES", "+34612345678")]
    [InlineData("0000000000", "GB", "")]
    [InlineData("+999 123 456 789", "GB", "999123456789")]
    [InlineData("n/a", "GB", "")]
    [InlineData("020 7946 0958", null, "2079460958")]
    public void A_number_with_a_country_is_written_as_it_is_dialled_from_anywhere(string text, string? country, string normal) => Assert.Equal(normal, Telephone.Normal(text, country));

    [Theory]
    [InlineData("GB", "GB")]
    [InlineData("gb", "GB")]
    [InlineData("United Kingdom", "GB")]
    [InlineData("U.K.", null)]
    [InlineData("UK", "GB")]
    [InlineData("DEU", "DE")]
    [InlineData("Österreich", "AT")]
    [InlineData("Россия", "RU")]
    [InlineData("Is", "IS")]
    [InlineData("XX", null)]
    [InlineData("Atlantis", null)]
    [InlineData("", null)]
    public void A_country_is_known_by_code_and_by_name(string text, string? code) => Assert.Equal(code, Countries.Code(text));

    [Fact]
    public void The_spelling_of_a_spelling_is_itself_for_any_digits()
    {
        var random = new Random(20261126);
        foreach (var country in new[] { "GB", "DE", "US", "IT", "RU", "JP", "BR", "AU", null })
        {
            for (var i = 0; i < 2000; i++)
            {
                var digits = string.Concat(Enumerable.Range(0, random.Next(16)).Select(_ => "0123456789- "[random.Next(random.Next(3) == 0 ? 2 : 12)]));
                var normal = Telephone.Normal((random.Next(3) == 0 ? "+" : "") + digits, country);
                Assert.Equal(normal, Telephone.Normal(normal, country));
            }
        }
    }

    [Fact]
    public void In_a_field_of_countries_a_name_is_the_code_that_it_stands_for()
    {
        var builder = new MatchColumnBuilder("country_or_region", MatchFieldType.Category);
        string[] written = ["GB", "United Kingdom", "uk", "Atlantis", "gb"];
        Array.ForEach(written, text => builder.Add(text));
        var column = builder.Build();
        Assert.Equal(["gb", "gb", "gb", "atlantis", "gb"], column.Ids.Select(id => column.Values[id]));
    }

    [Fact]
    public void The_country_of_the_record_stands_above_the_one_that_was_set_and_an_index_keeps_to_both()
    {
        var people = new People(600, 5);
        string[] Row(string[] row, int i) => [.. row[..4], i % 3 == 0 ? "030 1234" + (1000 + i) : i % 3 == 1 ? "020 7946 0958" : "", i % 3 == 0 ? "Germany" : ""];
        var rows = people.Rows.Select(Row).ToList();
        var columns = People.Columns(rows)[..4].ToList();
        var (phone, country) = (new MatchColumnBuilder("phone", MatchFieldType.Phone, "GB", "country"), new MatchColumnBuilder("country", MatchFieldType.Category));
        rows.ForEach(row =>
        {
            phone.Add(row[4], row[5]);
            country.Add(row[5]);
        });
        columns.AddRange([phone.Build(), country.Build()]);
        Assert.Contains("+493012341003", columns[4].Values);
        Assert.Contains("+442079460958", columns[4].Values);

        var index = new MatchIndex(Matcher.Run(columns, new MatcherOptions { Threads = 2 }));
        string Phone(params string[] row)
        {
            index.Apply([new(null, row)]);
            return index.ValuesOf(index.Count - 1)[4];
        }

        Assert.Equal("+493012349999", Phone("Ann", "Lee", "", "", "0049 30 1234 9999", ""));
        Assert.Equal("+493012349999", Phone("Ann", "Lee", "", "", "030 1234 9999", "DE"));
        Assert.Equal("+442079460111", Phone("Ann", "Lee", "", "", "020 7946 0111", ""));
        Assert.Equal("+493012341003", Phone([.. index.ValuesOf(3)]));
    }
}
