using System.ComponentModel.DataAnnotations;
using CustomerInsights.Sdk;
using Newtonsoft.Json;

namespace PrivateDependency;

/// <summary>Tells which Newtonsoft.Json it runs with, after using it: it and the validation attributes fill caches of the runtime.</summary>
public sealed class VersionSource : ISourceConnector
{
    public ValueTask<CheckResult> CheckAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken)
    {
        var pair = JsonConvert.DeserializeObject<Pair>(JsonConvert.SerializeObject(new Pair { Name = "a", Value = 1 }))!;
        Validator.ValidateObject(pair, new ValidationContext(pair), validateAllProperties: true);
        return new(new CheckResult([new CheckItem(typeof(JsonConvert).Assembly.GetName().Version!.ToString(2), Ok: pair.Value == 1, pair.Name)]));
    }

    public ValueTask<SourceCatalog> DiscoverAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken) => throw new NotSupportedException();

    public IAsyncEnumerable<SourceMessage> ReadAsync(ReadOnlyMemory<byte> configuration, ReadRequest request, IPluginContext context, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Goes through JSON.</summary>
    public sealed class Pair
    {
        [Required]
        public string Name { get; set; } = "";

        [Range(0, 10)]
        public int Value { get; set; }
    }
}
