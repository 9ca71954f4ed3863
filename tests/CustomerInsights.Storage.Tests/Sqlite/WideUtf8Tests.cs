using System.Text;
using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Tests.Sqlite;

public sealed class WideUtf8Tests
{
    [Fact]
    public void Any_text_comes_back_as_it_went_in_and_well_formed_text_is_plain_UTF_8()
    {
        const int Seed = 4711;
        var random = new Random(Seed);
        for (var round = 0; round < 20_000; round++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(12)).Select(_ => random.Next(4) switch
            {
                0 => (char)random.Next(0x80),
                1 => (char)random.Next(0x10000),
                2 => (char)random.Next(0xD800, 0xDC00),
                _ => (char)random.Next(0xDC00, 0xE000),
            })]);
            var bytes = WideUtf8.Encode(text);
            Assert.Equal(text, WideUtf8.Decode(bytes));
            if (!text.Any(char.IsSurrogate))
            {
                Assert.Equal(Encoding.UTF8.GetBytes(text), bytes);
            }
        }
    }

    [Theory]
    [InlineData(new byte[] { 0xC3 }, "\uFFFD")]
    [InlineData(new byte[] { 0x61, 0xFF, 0x62 }, "a\uFFFDb")]
    [InlineData(new byte[] { 0xED, 0xA0 }, "\uFFFD\uFFFD")]
    public void Bytes_that_are_no_text_decode_without_an_error(byte[] bytes, string expected) => Assert.Equal(expected, WideUtf8.Decode(bytes));
}
