namespace RescaleInterlink.Pipelines;

public enum PipelineStage { Validate, Archive, Upload, Create, Submit, Wait, Download, Done }
