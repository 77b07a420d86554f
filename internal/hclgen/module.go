package hclgen

// Module is one root or child module: blocks in files.
type Module struct {
	name    string
	files   []*file
	byName  map[string]*file
	blocks  []*Block
	locals  []*Block
	regions []string
}

type file struct {
	name   string
	header string
	blocks []*Block
	locals *Block
}

// NewModule makes an empty module; the name appears in no file.
func NewModule(name string) *Module {
	return &Module{name: name, byName: map[string]*file{}}
}

// Name is what NewModule was given.
func (m *Module) Name() string { return m.name }

// Regions tells Check which Regions the module works in. With more than one,
// every resource that lives in a Region must say which: by region or provider.
func (m *Module) Regions(names ...string) *Module {
	m.regions = append([]string(nil), names...)
	return m
}

// Resource adds a managed resource to a file.
func (m *Module) Resource(file, typ, name string) *Block {
	return m.add(file, KindResource, typ, name)
}

// Data adds a data source to a file.
func (m *Module) Data(file, typ, name string) *Block { return m.add(file, KindData, typ, name) }

// Ephemeral adds an ephemeral resource to a file: its value is never in state.
func (m *Module) Ephemeral(file, typ, name string) *Block {
	return m.add(file, KindEphemeral, typ, name)
}

// Variable adds an input variable; Ref("") is var.name.
func (m *Module) Variable(file, name string) *Block { return m.add(file, KindVariable, name) }

// Output adds an output value.
func (m *Module) Output(file, name string) *Block { return m.add(file, KindOutput, name) }

// Provider adds a provider configuration; with an alias set, Ref("") is its name.
func (m *Module) Provider(file, name string) *Block { return m.add(file, KindProvider, name) }

// Terraform adds a terraform block: versions, providers, backend.
func (m *Module) Terraform(file string) *Block { return m.add(file, KindTerraform) }

// Local names a value in the file's one locals block, which stands where the
// first was added, and returns local.name.
func (m *Module) Local(file, name string, value any) Expr {
	f := m.file(file)
	if f.locals == nil {
		f.locals = m.add(file, KindLocals)
	}
	f.locals.Set(name, value)
	local := &Block{kind: kindLocal, labels: []string{name}, file: file, module: m}
	local.items = []Item{{Name: "value", Value: toExpr(value)}}
	m.locals = append(m.locals, local)
	return local.Ref("")
}

// Header is the comment at the top of a file.
func (m *Module) Header(file, text string) { m.file(file).header = text }

// Blocks are the module's top-level blocks in the order they were added.
func (m *Module) Blocks() []*Block { return append([]*Block(nil), m.blocks...) }

// Files prints every file of the module: name to content, in canonical format.
func (m *Module) Files() map[string][]byte {
	files := make(map[string][]byte, len(m.files))
	for _, f := range m.files {
		files[f.name] = f.print()
	}
	return files
}

func (m *Module) file(name string) *file {
	f, ok := m.byName[name]
	if !ok {
		f = &file{name: name}
		m.byName[name] = f
		m.files = append(m.files, f)
	}
	return f
}

func (m *Module) add(file, kind string, labels ...string) *Block {
	f := m.file(file)
	block := &Block{kind: kind, labels: labels, file: file, module: m}
	f.blocks = append(f.blocks, block)
	m.blocks = append(m.blocks, block)
	return block
}
