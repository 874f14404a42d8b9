package hdf5

// Attribute is an attribute of an object.
type Attribute struct {
	file   *File
	object string
	name   string
	typ    *Datatype
	space  SpaceKind
	shape  []uint64
	data   []byte
}

func newAttribute(f *File, object string, raw rawAttribute) (*Attribute, error) {
	return nil, errLater
}

// Name is the name.
func (a *Attribute) Name() string { return a.name }

// Datatype is the type.
func (a *Attribute) Datatype() *Datatype { return a.typ }

// Shape is the shape.
func (a *Attribute) Shape() []uint64 { return a.shape }

// Value is the value.
func (a *Attribute) Value() (any, error) { return nil, errLater }

// ReadAttribute reads the values.
func ReadAttribute[T any](a *Attribute) ([]T, error) { return nil, errLater }
