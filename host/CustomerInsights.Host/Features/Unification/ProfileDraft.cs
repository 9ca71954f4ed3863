using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using CustomerInsights.Core.Model;
using CustomerInsights.Core.Unification;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Features.Unification;

/// <summary>Makes a stored profile out of a merged one: attributes, provenance, what to call it and what to find it by.</summary>
internal sealed class ProfileDraft
{
    private readonly IReadOnlyList<string> _attributes;
    private readonly Dictionary<string, string?> _semantics;
    private readonly Dictionary<long, Value[]> _values = [];
    private readonly Dictionary<long, IReadOnlyList<(int Field, string Identifier)>> _identifierFields = [];

    public ProfileDraft(ProfileTypeModel type, IReadOnlyList<SourceStream> streams, IReadOnlyList<string> attributes)
    {
        _attributes = attributes;
        _semantics = type.Document.Attributes.ToDictionary(pair => pair.Key, pair => pair.Value.SemanticType, StringComparer.Ordinal);
        foreach (var stream in streams)
        {
            var identifiers = stream.Schema.Fields
                .Select((field, index) => (Field: index, Identifier: Semantics.Identifier(field.Name, _semantics.GetValueOrDefault(field.Name))))
                .Where(pair => pair.Identifier is not null)
                .Select(pair => (pair.Field, pair.Identifier!))
                .ToList();
            foreach (var node in stream.Nodes)
            {
                _values[node.Id] = node.Values;
                _identifierFields[node.Id] = identifiers;
            }
        }
    }

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
        var hash = Hash(profile.Cluster.Nodes, firstNode, document, provenance.ToString(), name, search, identifiers);
        return new ProfilePut(id, firstNode, profile.Cluster.Nodes, document, provenance.ToString(), name, search, identifiers, hash);
    }

    private List<ProfileIdentifier> Identifiers(Cluster cluster)
    {
        var found = new SortedSet<(string Type, string Value)>();
        foreach (var node in cluster.Nodes)
        {
            if (_identifierFields.TryGetValue(node, out var fields))
            {
                foreach (var (field, identifier) in fields)
                {
                    var normal = Semantics.NormaliseIdentifier(identifier, _values[node][field].ToString());
                    if (normal.Length > 0)
                    {
                        found.Add((identifier, normal));
                    }
                }
            }
        }

        return [.. found.Select(pair => new ProfileIdentifier(pair.Type, pair.Value))];
    }

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
        IReadOnlyList<long> nodes, long firstNode, byte[] document, string provenance, string name, string search, List<ProfileIdentifier> identifiers)
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
        return hash.GetHashAndReset();
    }
}
