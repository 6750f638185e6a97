using System.Management.Automation;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Binding;

/// <summary>Lets the text of a CSV cell stand for a switch: <c>true</c>, <c>yes</c> and <c>1</c> are set, empty,
/// <c>false</c>, <c>no</c> and <c>0</c> are not (interop files 4.1).</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class FlagTransformationAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
        => Unwrap(inputData) is not string text ? inputData : text.Trim().ToUpperInvariant() switch
        {
            "TRUE" or "YES" or "1" => new SwitchParameter(true),
            "" or "FALSE" or "NO" or "0" => new SwitchParameter(false),
            _ => throw new ArgumentTransformationMetadataException($"'{text}' is neither true, yes, 1 nor false, no, 0."),
        };

    internal static object Unwrap(object input) => input is PSObject wrapped ? wrapped.BaseObject : input;
}

/// <summary>Splits one text at its commas; empty entries are dropped. Arrays pass as they are.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class CommaListTransformationAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
        => FlagTransformationAttribute.Unwrap(inputData) is string text
            ? text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            : inputData;
}

/// <summary>Lets a result of a transfer stand for its local file where a pattern is taken: its name is escaped, so that it
/// matches itself and nothing else.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class LocalFileTransformationAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
        => FlagTransformationAttribute.Unwrap(inputData) switch
        {
            LiteralPath path => WildcardPattern.Escape(path.ToString()),
            SentFileItem sent => WildcardPattern.Escape(sent.FullName),
            ReceivedFileItem received => WildcardPattern.Escape(received.FullName),
            _ => inputData,
        };
}
