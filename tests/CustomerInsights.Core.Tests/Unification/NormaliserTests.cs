using CustomerInsights.Core.Model;
using CustomerInsights.Core.Unification;
using CustomerInsights.Core.Unification.Normalisation;

namespace CustomerInsights.Core.Tests.Unification;

public sealed class NormaliserTests
{
    private static string Apply(string text, params Normaliser[] normalisers) =>
        new NormaliserPipeline(normalisers, new MatchOverrides()).Apply(Value.Of(text));

    [Theory]
    [InlineData(Normaliser.Numerals, "①②⑩", "1210")]
    [InlineData(Normaliser.Numerals, "Ⅳ", "4")]
    [InlineData(Normaliser.Numerals, "１２３", "123")]
    [InlineData(Normaliser.Numerals, "٤٢", "42")]
    [InlineData(Normaliser.Numerals, "x²", "x2")]
    [InlineData(Normaliser.Numerals, "½", "½")]
    [InlineData(Normaliser.Symbols, "a!?\"#$%&'( )+,.-_/:;<=>@^~{}`[ ]\\b", "a  b")]
    [InlineData(Normaliser.Symbols, "a*b|c", "a*b|c")]
    [InlineData(Normaliser.LowerCase, "ANN@Example.COM", "ann@example.com")]
    [InlineData(Normaliser.Phone, "+01 (425) 555-0100", "14255550100")]
    [InlineData(Normaliser.Phone, "+1 425 555 0100", "14255550100")]
    [InlineData(Normaliser.Phone, "425.555.0100", "4255550100")]
    [InlineData(Normaliser.Phone, "983.566.0706x9509", "9835660706")]
    [InlineData(Normaliser.Phone, "425 555 0100 ext. 12", "4255550100")]
    [InlineData(Normaliser.Phone, "Tel: 425-555-0100", "4255550100")]
    [InlineData(Normaliser.Phone, "+49 (0)30 123456", "4930123456")]
    [InlineData(Normaliser.Phone, "0049 30 123456", "4930123456")]
    [InlineData(Normaliser.Phone, "1-800-FLOWERS", "18003569377")]
    [InlineData(Normaliser.Phone, "n/a", "")]
    [InlineData(Normaliser.Name, "Debby", "deborah")]
    [InlineData(Normaliser.Name, "Deborah", "deborah")]
    [InlineData(Normaliser.Name, "Professor Bob  Smith", "prof. robert smith")]
    [InlineData(Normaliser.Name, "Prof. Robert Smith", "prof. robert smith")]
    [InlineData(Normaliser.Name, "Bill Gates Jr.", "william gates jr.")]
    [InlineData(Normaliser.Address, "12 Northwest Main Street, Suite 5", "12 nw main st ste 5")]
    [InlineData(Normaliser.Address, "12 N.W. Main St.", "12 nw main st")]
    [InlineData(Normaliser.Organization, "The Contoso Corporation", "contoso")]
    [InlineData(Normaliser.Organization, "Contoso, L.L.C.", "contoso,")]
    [InlineData(Normaliser.Organization, "Contoso GmbH & Co. KG", "contoso")]
    [InlineData(Normaliser.Organization, "The Limited", "the limited")]
    [InlineData(Normaliser.UnicodeToAscii, "Žofia Müller-Ørsted", "Zofia Muller-Orsted")]
    [InlineData(Normaliser.UnicodeToAscii, "ⒶＢｃ", "ABc")]
    [InlineData(Normaliser.UnicodeToAscii, "Straße O’Brien", "Strasse O'Brien")]
    [InlineData(Normaliser.UnicodeToAscii, "Łódź", "Lodz")]
    [InlineData(Normaliser.Whitespace, " a b\tc\u00a0d ", "abcd")]
    [InlineData(Normaliser.NameOrder, "Moss, Abbie", "Abbie Moss")]
    [InlineData(Normaliser.NameOrder, "Abbie  Moss", "Abbie Moss")]
    public void Each_normaliser_follows_its_table(Normaliser normaliser, string text, string expected) =>
        Assert.Equal(expected, Apply(text, normaliser));

    [Fact]
    public void The_order_in_which_they_are_ticked_does_not_matter()
    {
        Normaliser[] some = [Normaliser.Whitespace, Normaliser.Symbols, Normaliser.Name, Normaliser.NameOrder, Normaliser.UnicodeToAscii];
        Assert.Equal("deborahmuller", Apply("Müller, Debby", some));
        Assert.Equal("deborahmuller", Apply("Müller, Debby", [.. some.Reverse()]));
    }

    [Fact]
    public void Roman_numerals_are_numbers_before_they_are_letters() =>
        Assert.Equal("4", Apply("Ⅳ", Normaliser.UnicodeToAscii, Normaliser.Numerals));

    [Fact]
    public void Text_with_a_lone_surrogate_is_normalised_all_the_same() =>
        Assert.StartsWith("a", Apply("a\ud800é", Normaliser.UnicodeToAscii, Normaliser.Numerals), StringComparison.Ordinal);

    [Fact]
    public void Aliases_chain_and_are_found_in_any_spelling()
    {
        var overrides = new MatchOverrides { Aliases = [new("IBM", "Big Blue"), new("big blue", "International Business Machines")] };
        var pipeline = new NormaliserPipeline([Normaliser.Alias, Normaliser.LowerCase], overrides);
        Assert.Equal(pipeline.Apply(Value.Of("ibm")), pipeline.Apply(Value.Of("INTERNATIONAL business machines")));
        Assert.NotEqual(pipeline.Apply(Value.Of("ibm")), pipeline.Apply(Value.Of("big")));
    }

    [Fact]
    public void A_bypassed_value_counts_as_missing_in_any_spelling()
    {
        var overrides = new MatchOverrides { Bypass = ["555-0000"] };
        Assert.Equal("", new NormaliserPipeline([Normaliser.Phone, Normaliser.Bypass], overrides).Apply(Value.Of("555 0000 x1")));
        Assert.Equal("5550000", new NormaliserPipeline([Normaliser.Phone], overrides).Apply(Value.Of("555 0000")));
    }

    [Fact]
    public void Numbers_of_different_types_meet_by_amount()
    {
        var pipeline = new NormaliserPipeline([], new MatchOverrides());
        Assert.Equal("7", pipeline.Apply(Value.Of(7)));
        Assert.Equal("7", pipeline.Apply(Value.Of(7.00m)));
        Assert.Equal("7", pipeline.Apply(Value.Of(7.0)));
        Assert.Equal("7.5", pipeline.Apply(Value.Of(7.5)));
        Assert.Equal("1986-05-08", pipeline.Apply(Value.Of(new DateOnly(1986, 5, 8))));
    }

    [Fact]
    public void The_tables_have_the_size_that_the_documentation_claims()
    {
        Assert.True(NameTable.Variants().Count > 1500);
        Assert.True(AddressTable.Parts().Count > 350);
        Assert.InRange(OrganizationTable.NoiseWords().Count, 45, 75);
    }
}
