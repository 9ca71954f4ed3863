using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using CustomerInsights.Core.Model;
using CustomerInsights.Core.Unification;
using CustomerInsights.Core.Unification.Identities;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Features.Unification;

/// <summary>Makes a stored profile out of a merged one: attributes, provenance, what to call it and what to find it by.</summary>
internal sealed class ProfileDraft
{
    private readonly IReadOnlyList<string> _attributes;
    private readonly Dictionary<string, string?> _semantics;
    private readonly IdentityRules? _rules;
    private readonly Dictionary<long, (StreamIdentifiers Stream, SourceNode Node)> _nodes = [];

    public ProfileDraft(ProfileTypeModel type, UnificationPolicy policy, IReadOnlyList<SourceStream> streams, IReadOnlyList<string> attributes)
    {
        _attributes = attributes;
        _semantics = type.Document.Attributes.ToDictionary(pair => pair.Key, pair => pair.Value.SemanticType, StringComparer.Ordinal);
        _rules = policy.Identity is { } identity ? new IdentityRules(identity) : null;
        foreach (var stream in streams)
        {
            var identifiers = new StreamIdentifiers(stream.Schema);
            foreach (var node in stream.Nodes)
            {
                _nodes[node.Id] = (identifiers, node);
            }
        }
    }

    /// <summary>What a node is named by; what names nobody is left out.</summary>
    public IReadOnlyList<Identifier> Identifiers(long node) =>
        _nodes.TryGetValue(node, out var known) ? [.. known.Stream.Of(known.Node).Where(one => _rules?.Names(one) != false).Distinct()] : [];

    public ProfilePut Put(MergedProfile profile, ProfileId id, long firstNode)
    {
        var values = new Value[profile.Values.Count];
        var provenance = new StringBuilder("{");
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = profile.Values[i].Value;
            if (profile.Values[i].Node is { } node)
            {
                provenance.Append(provenance.Length > 1 ? "," : "").Append('"').Append(_attributes[i]).Append("\":").Append(node);
            }
        }

        provenance.Append('}');
        var document = ValueDocument.Write(_attributes, values);
        var identifiers = Identifiers(profile.Cluster);
        var name = DisplayName(values);
        var search = SearchText(values, identifiers);
        var hash = Hash(profile.Cluster.Nodes, firstNode, document, provenance.ToString(), name, search, identifiers, profile.IsUnknown);
        return new ProfilePut(id, firstNode, profile.Cluster.Nodes, document, provenance.ToString(), name, search, identifiers, hash)
        {
            IsUnknown = profile.IsUnknown,
        };
    }

    private List<ProfileIdentifier> Identifiers(Cluster cluster) =>
        [.. cluster.Nodes.SelectMany(Identifiers).Select(one => (one.Type, one.Value)).Distinct().Order().Select(pair => new ProfileIdentifier(pair.Type, pair.Value))];

    private string DisplayName(Value[] values)
    {
        string Of(string semantic)
        {
            for (var i = 0; i < values.Length; i++)
            {
                if (_semantics.GetValueOrDefault(_attributes[i]) == semantic && !values[i].IsMissing)
                {
                    return values[i].ToString();
                }
            }

            return "";
        }

        var parts = string.Join(' ', new[] { Of(Semantics.FirstName), Of(Semantics.LastName) }.Where(part => part.Length > 0));
        return new[] { parts, Of(Semantics.FullName), Of(Semantics.OrganizationName), Of(Semantics.Email) }.FirstOrDefault(text => text.Length > 0) ?? "";
    }

    private string SearchText(Value[] values, List<ProfileIdentifier> identifiers)
    {
        var words = new List<string>();
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i].Type == DataType.Text && Semantics.IsName(_semantics.GetValueOrDefault(_attributes[i])))
            {
                words.Add(values[i].AsText());
            }
        }

        words.AddRange(identifiers.Where(identifier => identifier.Type == "email").Select(identifier => identifier.Value));
        return string.Join(' ', words.Distinct(StringComparer.Ordinal));
    }

    private static byte[] Hash(
        IReadOnlyList<long> nodes, long firstNode, byte[] document, string provenance, string name, string search, List<ProfileIdentifier> identifiers, bool isUnknown)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> number = stackalloc byte[8];
        foreach (var node in nodes.Prepend(firstNode))
        {
            BinaryPrimitives.WriteInt64LittleEndian(number, node);
            hash.AppendData(number);
        }

        hash.AppendData(document);
        hash.AppendData(Encoding.UTF8.GetBytes(
            string.Join('\u001f', identifiers.Select(identifier => identifier.Type + "=" + identifier.Value).Prepend(search).Prepend(name).Prepend(provenance))));
        if (isUnknown)
        {
            hash.AppendData("\u001funknown"u8);
        }

        return hash.GetHashAndReset();
    }
}
