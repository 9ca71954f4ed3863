using System.Text;
using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Storage.Tests.Contracts;

/// <summary>Writes down what it is given, one text a profile.</summary>
internal sealed class TextSink : IColumnSink
{
    public List<string> Profiles { get; } = [];

    public static string Of(PopulationProfile profile) => Head(profile.Number, profile.Id, profile.Attributes, profile.Measures ?? [])
        + string.Concat(profile.Activities.OrderBy(one => one.Type, StringComparer.Ordinal).Select(one => Tail(one.Type, Encoding.ASCII.GetBytes(one.Id), one.At.UtcTicks, one.Document)));

    public void Profile(string profileType, long number, ProfileId id, ReadOnlySpan<byte> attributes, ReadOnlySpan<byte> measures) => Profiles.Add(Head(number, id, attributes, measures));

    public void Activity(string type, ReadOnlySpan<byte> id, long ticks, ReadOnlySpan<byte> document) => Profiles[^1] += Tail(type, id, ticks, document);

    private static string Head(long number, ProfileId id, ReadOnlySpan<byte> attributes, ReadOnlySpan<byte> measures) =>
        $"{number} {id} {Encoding.UTF8.GetString(attributes)} {Encoding.UTF8.GetString(measures)}";

    private static string Tail(string type, ReadOnlySpan<byte> id, long ticks, ReadOnlySpan<byte> document) =>
        $" {type} {Encoding.ASCII.GetString(id)} {ticks} {Encoding.UTF8.GetString(document)}";
}
