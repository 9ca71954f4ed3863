namespace CustomerInsights.Standards.Tests;

/// <summary>The compiler keeps the layers' habits only while the lists that it reads are there.</summary>
public sealed class BannedSymbolsTests
{
    [Theory]
    [InlineData("BannedSymbols.txt", "P:System.DateTime.Now;")]
    [InlineData("BannedSymbols.txt", "P:System.DateTimeOffset.UtcNow;")]
    [InlineData("host/CustomerInsights.Core/BannedSymbols.txt", "N:System.IO;")]
    [InlineData("host/CustomerInsights.Core/BannedSymbols.txt", "N:System.Net;")]
    [InlineData("host/CustomerInsights.Core/BannedSymbols.txt", "T:System.Random;")]
    [InlineData("host/CustomerInsights.Core/BannedSymbols.txt", "T:System.TimeProvider;")]
    [InlineData("host/CustomerInsights.Plugins/BannedSymbols.txt", "T:System.Threading.Timer;")]
    [InlineData("host/CustomerInsights.Storage/BannedSymbols.txt", "N:System.Data;")]
    [InlineData("host/CustomerInsights.Storage.Sqlite/BannedSymbols.txt", "N:System.Net;")]
    [InlineData("host/CustomerInsights.Host/BannedSymbols.txt", "N:SQLitePCL;")]
    [InlineData("sdk/CustomerInsights.Sdk/BannedSymbols.txt", "N:System.IO;")]
    public void A_layer_bans_what_does_not_belong_in_it_and_says_why(string file, string symbol)
    {
        var path = Repository.At(file);
        Assert.True(File.Exists(path), $"{file} is missing.");
        var line = File.ReadLines(path).FirstOrDefault(line => line.StartsWith(symbol, StringComparison.Ordinal));
        Assert.True(line is not null, $"{file} no longer bans {symbol.TrimEnd(';')}.");
        Assert.True(line.Length > symbol.Length + 10, $"{file}: give the reason for {symbol.TrimEnd(';')}.");
    }
}
