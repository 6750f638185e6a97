using System.Reflection;
using Xunit.v3;

namespace RescaleInterlink.Core.Tests.Platform.Contract;

/// <summary>Names the endpoints that a test holds against the real sandbox, by the codes of <see cref="EndpointCoverageTests"/>; short for
/// one trait <c>Endpoint</c> for each.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, AllowMultiple = true)]
public sealed class EndpointAttribute(params string[] codes) : Attribute, ITraitAttribute
{
    public IReadOnlyList<string> Codes { get; } = codes;

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [.. Codes.Select(static code => KeyValuePair.Create("Endpoint", code))];

    /// <summary>All codes that some test of this assembly names.</summary>
    public static IReadOnlySet<string> Covered()
        => typeof(EndpointAttribute).Assembly.GetTypes()
            .SelectMany(static type => type.GetMethods().Where(static method => method.IsDefined(typeof(FactAttribute), inherit: true)))
            .SelectMany(static method => method.GetCustomAttributes().Concat(method.DeclaringType!.GetCustomAttributes()))
            .OfType<ITraitAttribute>()
            .SelectMany(static attribute => attribute.GetTraits())
            .Where(static trait => trait.Key == "Endpoint")
            .Select(static trait => trait.Value)
            .ToHashSet(StringComparer.Ordinal);
}
